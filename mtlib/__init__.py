"""mtlib: see, build and debug Telegram's `auth.bindTempAuthKey`."""
