"""The page "Digits and PIN": a digit is drawn and read; four of them are a PIN."""
