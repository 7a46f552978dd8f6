-- When an operation was sent last, where that was after the step's time. Written before it is sent.
ALTER TABLE operations ADD COLUMN sent_at TEXT;
