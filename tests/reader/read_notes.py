"""Opens handoff notes from a database of Asyncbot's, by what docs/DATA.md says and by nothing else.

    read_notes.py KEYS sqlite FILE     the database's file
    read_notes.py KEYS dump            what `pg_dump --data-only --table=notes` prints, on standard input

KEYS is what ASYNCBOT_ENCRYPTION_KEYS holds. Prints one JSON object for each note: its id and its text, or what is wrong.
"""

import base64
import json
import sqlite3
import sys
import uuid
from datetime import datetime, timezone

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1


def read_keys(text):
    entries = (entry.strip().split(":", 1) for entry in text.split(","))
    return {int(number): base64.b64decode(key, validate=True) for number, key in entries}


def part(content):
    return len(content).to_bytes(8, "big") + content


def associated_data(key_id, workspace, note):
    parts = [bytes([VERSION]), key_id.to_bytes(4, "big"), b"notes", b"sealed", workspace, note]
    return b"".join(part(content) for content in parts)


def open_note(keys, row):
    sealed = row["sealed"]
    if sealed[0] != VERSION:
        return {"fault": "another version"}
    key_id = int.from_bytes(sealed[1:5], "big")
    if key_id not in keys:
        return {"fault": f"no key {key_id}"}
    data = associated_data(key_id, row["workspace_id"], row["note_id"])
    try:
        plain = AESGCM(keys[key_id]).decrypt(sealed[5:17], sealed[17:], data)
    except InvalidTag:
        return {"fault": "closed"}
    note = json.loads(plain.decode("utf-8"))
    if note["v"] != 1:
        return {"fault": "another form"}
    at = row["planned_at"].astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if note["rotation"] != str(uuid.UUID(bytes=row["rotation_id"])) or note["planned_at"] != at:
        return {"fault": "of another turn"}
    return {"text": note["text"]}


def instant(text):
    # A zone of hours alone is written by PostgreSQL.
    return datetime.fromisoformat(text + ":00" if text[-3] in "+-" else text)


def rows_of_file(path):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = ["workspace_id", "note_id", "rotation_id", "planned_at", "sealed"]
    for values in connection.execute(f"select {', '.join(columns)} from notes"):
        row = dict(zip(columns, values))
        yield {**row, "planned_at": instant(row["planned_at"])}


def rows_of_dump(lines):
    columns = None
    for line in lines:
        line = line.rstrip("\n")
        if line.startswith("COPY ") and ".notes (" in line:
            columns = line[line.index("(") + 1 : line.index(")")].split(", ")
        elif line == "\\.":
            columns = None
        elif columns is not None:
            row = dict(zip(columns, line.split("\t")))
            yield {
                **{name: uuid.UUID(row[name]).bytes for name in ("workspace_id", "note_id", "rotation_id")},
                "planned_at": instant(row["planned_at"]),
                # In the text of a COPY a backslash is doubled: \\x and then hexadecimal digits.
                "sealed": bytes.fromhex(row["sealed"].removeprefix("\\\\x")),
            }


def main():
    keys = read_keys(sys.argv[1])
    rows = rows_of_file(sys.argv[3]) if sys.argv[2] == "sqlite" else rows_of_dump(sys.stdin)
    for row in rows:
        print(json.dumps({"note": str(uuid.UUID(bytes=row["note_id"])), **open_note(keys, row)}))


main()
