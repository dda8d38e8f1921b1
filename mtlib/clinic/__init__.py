"""Why a bind is refused: what people paste is read here, and the mistake in it is named."""
