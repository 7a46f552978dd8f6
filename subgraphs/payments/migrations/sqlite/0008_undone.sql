-- The command of the capture, where all of it was undone: what can go back to the buyer goes, now or later.
ALTER TABLE payments ADD COLUMN undone TEXT;
