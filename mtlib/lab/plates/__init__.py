"""The plates: pictures to play with, each a model that needs no browser. `plate(model)` shows one in a notebook.

| plate | lessons | what one does |
|---|---|---|
| `Packet` | 00, 14, 15, 16 | lets the packet put itself together, layer by layer |
| `Rho` | 07 | lets tortoise and hare walk, and sees them meet on the ring of one factor of pq |
| `Theft` | 01 | drags a theft along three recorded days, and sees what the stolen keys open |
| `Machine` | 11 | flips a bit, says which blocks will differ, and lets IGE, CBC, CTR and PCBC run |
| `Ribbons` | 12, 13 | follows a byte of the key to aes_key and aes_iv, and flips it |
| `Wires` | 17 | changes what stands outside the seal, turns checks off, and looks for dishonest boolTrues |
| `Bugs` | 17, 29 | finds the wrong field of a bad packet beside a good one, in ten levels |
| `Triage` | 19, 29 | guesses where the doctor stops, and sees the way to the guilty byte |
| `Board` | 25 | switches checks off, and sees which attacks get through |
| `Lanes` | 28 | sends a recorded binding again, and sees when it binds |
| `Clock` | 20 | drags the clock along a day in which two clients are refused |
| `Staircase` | 21 | flips any bit of the seal, and sees which checks notice |
| `Horizon` | 23 | appends blocks to a seal, and sees who still accepts it |
| `Twins` | 24 | changes a byte of the permanent key, and sees what the changed key opens |

`mtlib.lab.plates.plate` says how to make another. Pictures without motion are in `stills`, for labs in `stills_labs`.
"""
