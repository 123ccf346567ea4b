#!/usr/bin/env python3
"""A second verifier of evidence bundles, written from the description of the format and not from the first one.

It is used by tests alone, to hold the first one against it, and needs Python's standard library only. Each line of the
input is JSON: {"bundle": text of the file, "policy": text or null}. Each line of the output is JSON: {"code": 0, 1, 2
or 3 as the program's exit codes, "records": number, "complete": number, "why": text}. Time stamps are passed over.
"""
import base64
import hashlib
import hmac
import json
import re
import sys
from datetime import datetime

# ---------------------------------------------------------------- Ed25519 (RFC 8032), in extended coordinates

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def point_of(data):
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
known_signatures = {}


def is_signed(key, message, signature):
    name = (key, message, signature)
    if name not in known_signatures:
        known_signatures[name] = check_signature(key, message, signature)
    return known_signatures[name]


def check_signature(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    public, first = point_of(key), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or first is None or scalar >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    left, right = multiply(scalar, BASE), add(first, multiply(challenge, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ---------------------------------------------------------------- texts


class Refused(Exception):
    def __init__(self, why, code=1):
        super().__init__(why)
        self.code = code


def need(condition, why, code=1):
    if not condition:
        raise Refused(why, code)


def unbase64(text, url=False):
    need(isinstance(text, str), "base64")
    if url:
        need(re.fullmatch(r"[A-Za-z0-9_-]*", text) is not None, "base64url")
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        need(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "base64url")
        return data
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64")
    return data


def pairs(items):
    need(len({name for name, _ in items}) == len(items), "a field stands twice")
    return dict(items)


def constant(name):
    raise Refused(name)


def parse(text):
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except ValueError as error:
        raise Refused(f"not JSON: {error}") from error


def number(value):
    """As ECMAScript writes a number (RFC 8785 3.2.2.3)."""
    value = float(value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if -6 < point <= 21:
        if point <= 0:
            text = "0." + "0" * -point + digits
        elif point >= len(digits):
            text = digits + "0" * (point - len(digits))
        else:
            text = digits[:point] + "." + digits[point:]
    else:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        text = f"{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + text


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        value.encode("utf-8")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"


def same(one, other):
    return canonical(one) == canonical(other)


def sha256(data):
    return hashlib.sha256(data).digest()


def unpadded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def seconds(text):
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, AttributeError):
        return float("nan")


# ---------------------------------------------------------------- the tree


def node(left, right):
    return sha256(b"\x01" + left + right)


def split(size):
    return 1 << (size - 1).bit_length() - 1


def tree_root(size, leaves, hashes):
    """The root from leaves by index, and one hash for each largest range without any."""
    places = sorted(leaves)
    rest = list(reversed(hashes))

    def walk(low, high, shown):
        if not shown:
            need(rest, "too few hashes")
            return rest.pop()
        if high - low == 1:
            return leaves[low]
        middle = low + split(high - low)
        left = walk(low, middle, [place for place in shown if place < middle])
        return node(left, walk(middle, high, [place for place in shown if place >= middle]))

    root = walk(0, size, places) if size else sha256(b"")
    need(not rest, "too many hashes")
    return root


def is_beginning(old, new, old_root, new_root, proof):
    """RFC 9162 2.1.4.2, with its two counters."""
    if old == 0 or old > new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    path = [old_root] + proof if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for item in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(item, fr), node(item, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, item)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


# ---------------------------------------------------------------- notes and policies


def parse_vkey(text, kind):
    match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)", text) if isinstance(text, str) else None
    need(match, "a key has another form")
    name, key_id, data = match[1], match[2], unbase64(match[3])
    need(len(data) == 33 and data[0] == kind, "a key of another kind")
    need(sha256(name.encode() + b"\n" + data)[:4].hex() == key_id, "a key with the id of another")
    return {"name": name, "id": key_id, "key": data[1:], "kind": kind}


def parse_policy(text):
    # A witness is its key; a group is how many of its members are needed, and the members.
    policy = {"logs": [], "quorum": None}
    known, members = {"none": (0, [])}, {"none"}
    for line in re.split(r"\r?\n", text):
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words[0] == "" or words[0].startswith("#") or words[0] == "timestamp-root":
            continue
        need(len(words) > 1, "a line of the policy is cut")
        if words[0] == "log":
            policy["logs"].append(parse_vkey(words[1], 1))
        elif words[0] == "witness":
            key = parse_vkey(words[2] if len(words) > 2 else None, 4)
            same = [other for other in known.values() if isinstance(other, dict) and other["key"] == key["key"]]
            need(words[1] not in known and same == [], "a witness that is there already")
            known[words[1]] = key
        elif words[0] == "group":
            count, names = words[2] if len(words) > 2 else "", words[3:]
            need(words[1] not in known and names, "a group that is there already, or of nobody")
            for name in names:
                need(name in known and name not in members, "a member that is not known, or counts already")
                members.add(name)
            if count == "any":
                count = "1"
            elif count == "all":
                count = str(len(names))
            need(re.fullmatch(r"[1-9][0-9]*", count) and int(count) <= len(names), "a group of another number")
            known[words[1]] = (int(count), [known[name] for name in names])
        else:
            need(words[0] == "quorum" and policy["quorum"] is None, "a line of the policy is wrong")
            need(words[1] in known, "the quorum is not known")
            policy["quorum"] = known[words[1]]
    need(policy["quorum"] is not None, "the policy has no quorum")
    return policy


def witnesses_of(member):
    return [member] if isinstance(member, dict) else [key for part in member[1] for key in witnesses_of(part)]


def has_seen(member, seen):
    if isinstance(member, dict):
        return member["key"] in seen
    return sum(has_seen(part, seen) for part in member[1]) >= member[0]


def open_head(note, keys):
    need(isinstance(note, str), "a head is no text")
    text, gap, signatures = note.partition("\n\n")
    need(gap and signatures.endswith("\n"), "a head without signatures")
    lines = text.split("\n")
    need(len(lines) == 3 and re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]), "a head of another form")
    signed = (text + "\n").encode()
    names, seen = set(), set()
    for line in signatures[:-1].split("\n"):
        match = re.fullmatch(r"— (\S+) (\S+)", line)
        need(match, "a signature of another form")
        data = unbase64(match[2])
        for key in keys:
            if (key["name"], key["id"]) != (match[1], data[:4].hex()):
                continue
            message, signature = signed, data[4:]
            if key["kind"] == 4:
                time = int.from_bytes(signature[:8], "big")
                message, signature = f"cosignature/v1\ntime {time}\n".encode() + signed, signature[8:]
            need(is_signed(key["key"], message, signature), "a signature is not its own")
            names.add((key["kind"], key["name"]))
            seen.add(key["key"])
    root = unbase64(lines[2])
    need(len(root) == 32, "a root of another length")
    need((1, lines[0]) in names, "no known key has signed a head")
    return {"origin": lines[0], "size": int(lines[1]), "root": root, "seen": seen, "note": note}


# ---------------------------------------------------------------- records

PLAIN = {
    "audit_log": "timestamp user_id actor_type action_type success resource_type resource_id request_method request_id error_message",
    "workspace_session": "user_id workspace_id started_at ended_at end_reason duration_seconds last_activity_at activity_count interactive_seconds session_id access_method on_behalf_of_user_id connected_seconds active_seconds",
    "legal_acceptance": "user_id kind version locale content_sha256 accepted_at request_id",
    "order_consent": "payment_id user_id customer_type locale documents text_sha256 html_sha256 boxes button accepted_at request_id",
    "payment_settlement": "user_id merchant_oid plan currency amount_minor charged_minor status created_at decided_at paid_at payment_type installment_count test_mode",
    "payment_callback": "payment_id merchant_oid received_at",
    "invoice": "payment_id invoice_no issued_at plan period_start period_end currency total_minor tax_minor tax_percent seller",
}
PERSONAL = {
    "audit_log": ["ip_address", "user_agent", "request_path", "details"],
    "workspace_session": ["ip_address", "user_agent"],
    "legal_acceptance": ["ip_address", "user_agent"],
    "order_consent": ["ip_address", "user_agent", "browser_session"],
    "payment_settlement": ["client_ip", "user_agent"],
    "payment_callback": [],
    "invoice": ["buyer"],
    "mail": ["recipient", "subject"],
    "hold": ["reference", "reason"],
    "log_entry": [],
}


def facts_of(bundle):
    """All that should have a leaf: type, fields, what names it, its time, and its place where the record tells it."""
    user = bundle["user"]["id"]
    for record in bundle["legal_acceptance"]["history"]:
        name = tuple(record[field] for field in ("kind", "version", "locale", "accepted_at"))
        yield "legal_acceptance", {**record, "user_id": user}, name, record["accepted_at"], {}
    for record in bundle["audit_logs"]:
        yield "audit_log", record, record["id"], record["timestamp"], record
    for record in bundle["workspace_sessions"]:
        yield "workspace_session", {**record, "user_id": user}, record["id"], record["ended_at"], record
        for minutes, length in (("connected_minutes", "connected_seconds"), ("active_minutes", "active_seconds")):
            expected = record[length] and record[length] // 60
            need(minutes not in record or same(record[minutes], expected), minutes)
    for record in bundle["payments"]:
        common = {"payment_id": record["id"], "merchant_oid": record["merchant_oid"], "user_id": record["started_by"]["id"]}
        refunds = record["refunds"]
        need(isinstance(refunds, list), "the refunds are no list")
        at = {"success": record.get("paid_at") or "?", "refunded": refunds[0]["decided_at"] if refunds else "?"}
        status = record.get("status")
        yield "payment_settlement", {**record, **common}, record["id"], at.get(status) if isinstance(status, str) else None, {}
        need("amount" not in record or record["amount"] == record["amount_minor"] / 100, "amount")
        terms = record["terms"]
        if terms is not None:
            need(hashlib.sha256(terms["text"].encode()).hexdigest() == terms["text_sha256"], "text_sha256")
            yield "order_consent", {**terms, **common}, record["id"], terms["accepted_at"], {}
        for callback in record["callbacks"]:
            name = (record["id"], callback["received_at"])
            yield "payment_callback", {**callback, **common}, name, callback["received_at"], {}
    for record in bundle["invoices"]:
        need("total" not in record or record["total"] == record["total_minor"] / 100, "total")
        yield "invoice", record, record["id"], record["issued_at"], {}


def name_of(fields):
    kind = fields["type"]
    if kind == "legal_acceptance":
        return kind, tuple(fields[field] for field in ("kind", "version", "locale", "accepted_at"))
    if kind == "payment_callback":
        return kind, (fields["payment_id"], fields["received_at"])
    return kind, fields["payment_id"] if kind == "order_consent" else fields["id"]


def open_leaves(part, company):
    leaves = {}
    for given in part["leaves"]:
        fields = parse(given["leaf"])
        need(fields["v"] == 1, "a leaf of another version", 2)
        need(canonical(fields) == given["leaf"], "a leaf is not canonical")
        need(same(fields["company"], company), "a leaf of another company")
        personal = PERSONAL.get(fields["type"], [])
        digests = list(fields["_sd"])
        for disclosure in given["disclosures"]:
            _salt, name, value = parse(unbase64(disclosure, url=True).decode())
            digest = unpadded(sha256(disclosure.encode()))
            need(digest in digests and name in personal and name not in fields, "a disclosure of another leaf")
            digests.remove(digest)
            fields[name] = value
        hidden = [name for name in personal if name not in fields]
        need(fields["type"] not in PERSONAL or len(hidden) == len(set(digests)), "digests")
        need(type(given["index"]) is int and given["index"] >= 0, "an index")
        need(name_of(fields) not in leaves, "a leaf stands twice")
        leaves[name_of(fields)] = (given["index"], sha256(b"\x00" + given["leaf"].encode()), fields, hidden)
    return leaves


def compose(kind, record, company, key):
    def secret(field):
        text = f"{kind}/{number(record['id'])}/{field}"
        return unpadded(hmac.new(key, text.encode(), hashlib.sha256).digest())

    leaf = {"v": 1, "type": kind, "company": company, "id": record["id"], "blind": secret("")}
    leaf.update({field: record[field] for field in PLAIN[kind].split()})
    leaf.update({field: None for field in PERSONAL[kind] if record[field] is None})
    shown = [field for field in PERSONAL[kind] if record[field] is not None]
    texts = [unpadded(canonical([secret(field), field, record[field]]).encode()) for field in shown]
    leaf["_sd"] = sorted(unpadded(sha256(text.encode())) for text in texts)
    return sha256(b"\x00" + canonical(leaf).encode())


# ---------------------------------------------------------------- the bundle


def read_bundle(text):
    first = text.split("\n", 1)[0]
    if not re.match(r'\{"type": ?"bundle"', first):
        return parse(text)
    lines = [parse(line) for line in text.split("\n") if line != ""]
    need(any(line.get("type") == "summary" for line in lines), "the file was cut")
    bundle = dict(lines[0])
    lists = {"audit_log": "audit_logs", "workspace_session": "workspace_sessions", "payment": "payments", "invoice": "invoices"}
    for name in lists.values():
        bundle[name] = []
    for line in lines[1:]:
        if line["type"] in lists:
            bundle[lists[line["type"]]].append(line)
        elif line["type"] == "proof":
            bundle.setdefault("proof", line)
    return bundle


def open_log(part, keys, known, company):
    head = open_head(part["checkpoint"], keys)
    need(head["origin"] == part["log"], "a head of another log")
    for older in part["consistency"]:
        before = open_head(older["checkpoint"], known)
        proof = [unbase64(text) for text in older["hashes"]]
        need(all(len(item) == 32 for item in proof), "a hash of another length")
        fits = is_beginning(before["size"], head["size"], before["root"], head["root"], proof)
        need(fits and before["origin"] == head["origin"], "an older head is no beginning")
    return {"head": head, "leaves": open_leaves(part, company), "shown": {}, "part": part}


def close_log(log):
    part, shown = log["part"], log["shown"]
    expected = {"from": min(shown), "to": max(shown) + 1} if shown else None
    need(same(part["range"], expected), "the range")
    need(all(index < log["head"]["size"] for index in shown), "an index beyond the head")
    data = unbase64(part["hashes"])
    need(len(data) % 32 == 0, "a hash of another length")
    hashes = [data[at : at + 32] for at in range(0, len(data), 32)]
    need(tree_root(log["head"]["size"], shown, hashes) == log["head"]["root"], "not the signed root")


def verify(bundle, policy):
    version = bundle.get("schema_version")
    need(isinstance(version, str) and re.fullmatch(r"1\.([2-9]|\d\d)", version), "version", 2)
    need("proof" in bundle, "no proof")
    proof, company = bundle["proof"], bundle["company"]["id"]
    need(proof.get("version") == 1, "version of the proof", 2)
    need(isinstance(proof["stamps"], list), "the stamps are no list")
    platform = proof.get("platform")
    inside = [parse_vkey(text, 1) for part in filter(None, (proof, platform)) for text in part["vkeys"]]
    trusted = inside if policy is None else policy["logs"]
    known = inside + trusted
    shared = [key for key in known if any(key["key"] == other["key"] for other in trusted)]
    quorum = policy["quorum"] if policy else (0, [])
    logs = [open_log(proof, trusted + witnesses_of(quorum), known, company)]
    need(has_seen(quorum, logs[0]["head"]["seen"]), "not enough witnesses")
    if platform:
        logs.append(open_log(platform, shared, known, None))
    person = proof.get("person_key")
    key = None if person in (None, False, 0) else unbase64(person["key"], url=True)
    records = complete = 0
    generated = seconds(bundle["generated_at"]) if isinstance(bundle.get("generated_at"), str) else float("nan")
    last = {}
    for kind, record, name, at, holder in facts_of(bundle):
        index, age = holder.get("log_index"), generated - seconds(at)
        log = next((log for log in logs if (kind, name) in log["leaves"]), None)
        if log is not None:
            place, leaf, fields, hidden = log["leaves"].pop((kind, name))
            need("log_index" not in holder or index == (place if log is logs[0] else None), "another place")
            for field in PLAIN[kind].split():
                need(same(record[field], fields[field]), field)
            for field in PERSONAL[kind]:
                need(same(record[field], None if field in hidden else fields[field]), field)
            need(kind not in ("audit_log", "workspace_session", "payment_settlement", "invoice") or same(record["id"], fields["id"]), "id")
        elif type(index) is int and index >= 0 and key and same(record["user_id"], bundle["user"]["id"]):
            log, place, hidden = logs[0], index, []
            leaf = compose(kind, record, company, key)
        else:
            minutes = 60 if kind == "workspace_session" else 15
            need(index is None or not (type(index) is int and index >= 0), f"{kind} {name} is not in the log")
            need(at is None or age < minutes * 60, f"{kind} {name} is not in the log")
        need(not age < -15 * 60, "later than the file")
        time = record.get({"audit_log": "timestamp", "workspace_session": "started_at", "payment_settlement": "created_at",
                           "invoice": "issued_at", "legal_acceptance": "accepted_at"}.get(kind, ""))
        if isinstance(time, str):
            need(time <= last.get(kind, "~"), "not in the order of time")
            last[kind] = time
        if log is not None:
            need(place not in log["shown"], "a place is taken")
            log["shown"][place] = leaf
            records, complete = records + 1, complete + (not hidden)
    for log in logs:
        for place, leaf, fields, hidden in log["leaves"].values():
            need(fields["type"] in ("mail", "hold", "log_entry") or fields["type"] not in PERSONAL, "a leaf without a record")
            need(place not in log["shown"], "a place is taken")
            log["shown"][place] = leaf
            if fields["type"] != "log_entry":
                records, complete = records + 1, complete + (not hidden)
        close_log(log)
    return {"code": 3 if policy is None else 0, "records": records, "complete": complete, "why": ""}


def answer(given):
    try:
        bundle = read_bundle(given["bundle"])
        need(isinstance(bundle, dict), "no object")
        return verify(bundle, None if given["policy"] is None else parse_policy(given["policy"]))
    except Refused as error:
        return {"code": error.code, "records": 0, "complete": 0, "why": str(error)}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return {"code": 1, "records": 0, "complete": 0, "why": repr(error)}


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
