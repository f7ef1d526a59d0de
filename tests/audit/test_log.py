"""The log: whatever is done to it or behind it is found, and where."""

from __future__ import annotations

import json

import pytest

from formreader.audit import Checkpoint, Fault, Log, Signer, record_run, verify_run
from formreader.audit.bundle import prove_export, verify_export
from formreader.audit.canonical import canonical
from formreader.audit.log import entries
from formreader.audit.merkle import leaf_hash, proof_of, root_from, root_of
from formreader.errors import UsageError
from formreader.store import Review, RunStore


def codes(store: RunStore, *published: Checkpoint, public: str | None = None) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.seq) for fault in verify_run(store.engine, public, published).faults]


def test_canonical_json_is_one_text_for_one_thing():
    assert canonical({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'.encode()
    # by UTF-16 units, as RFC 8785 has it: a pair of surrogates sorts before U+FB33
    assert list(json.loads(canonical({"\ufb33": 1, "\U0001f600": 2}))) == ["\U0001f600", "\ufb33"]
    with pytest.raises(TypeError, match=r"1\.5"):
        canonical({"a": 1.5})


def test_roots_are_those_of_certificate_transparency():
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(one)) for one in data]
    published = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {size: root_of(leaves[:size]).hex() for size in published} == published


def test_every_proof_leads_to_the_root_and_no_other_leaf_does():
    for size in range(1, 20):
        leaves = [leaf_hash(bytes([i])) for i in range(size)]
        for place, leaf in enumerate(leaves):
            proof = proof_of(leaves, place)
            assert root_from(leaf, place, size, proof) == root_of(leaves)
            assert root_from(leaf_hash(b"other"), place, size, proof) != root_of(leaves)
            assert root_from(leaf, place, size, [*proof, leaf]) is None


def test_a_log_as_it_was_written_has_no_fault(store, log, signer):
    log.checkpoint()
    assert verify_run(store.engine, signer.public).faults == ()
    assert record_run(store.engine, log) == 0, "everything is on record already"


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
@pytest.mark.parametrize("column", ["body", "hash", "signature", "kind", "subject"])
def test_every_change_of_every_entry_is_found_there(store, log, execute, seq, column):
    changed = "replace(body, '\"seq\"', '\"sEq\"')" if column == "body" else f"'z' || substr({column}, 2)"
    execute(f"UPDATE audit_log SET {column} = {changed} WHERE seq = :seq", seq=seq)
    assert seq in {at for _, at in codes(store)}


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_every_deletion_is_found_there(store, log, execute, seq):
    execute("DELETE FROM audit_log WHERE seq = :seq", seq=seq)
    assert codes(store)[0] == (("missing", seq) if seq < 4 else ("cut_off", 4))


def test_moving_entries_is_found(store, log, execute):
    for before, after in ((1, 99), (2, 1), (99, 2)):
        execute("UPDATE audit_log SET seq = :after WHERE seq = :before", before=before, after=after)
    assert {("moved", 1), ("moved", 2)} <= set(codes(store))


def test_an_end_cut_off_with_its_head_is_found_by_what_was_published(store, log, execute):
    point = log.checkpoint()
    execute("DELETE FROM audit_checkpoints")
    execute("DELETE FROM audit_log WHERE seq = 4")
    execute("DELETE FROM reviews")
    execute("UPDATE audit_head SET size = 3, hash = (SELECT hash FROM audit_log WHERE seq = 3)")
    assert codes(store) == [], "who holds the machine can take back its end ..."
    assert codes(store, point) == [("cut_off", 4)], "... but not from who has a checkpoint"


def test_a_log_written_anew_with_the_key_is_found_by_what_was_published(store, log, execute, signer):
    point = log.checkpoint()
    for table in ("audit_log", "audit_head", "audit_checkpoints", "reviews"):
        execute(f"DELETE FROM {table}")
    anew = Log(store.engine, signer)
    record_run(store.engine, anew)
    anew.write("note", "so that it is as long", {})
    assert codes(store) == []
    assert codes(store, point) == [("rewritten", None)]


def test_another_key_is_found(store, log, execute):
    assert ("forged", 1) in codes(store, public=Signer.new().public)
    with pytest.raises(UsageError, match="--key"):
        Log(store.engine, Signer.new())


def test_the_run_is_held_against_its_log(store, log, execute):
    execute("UPDATE results SET sheet = '{}' WHERE page_id = 2")
    execute("UPDATE reviews SET value = 617")
    assert {code for code, _ in codes(store)} == {"reading_changed", "decision_unrecorded", "decision_lost"}


def test_what_is_not_on_record_yet_is_said(store, log):
    store.save_reviews([Review("b" * 64, 1, "f", "votes", 5)])
    assert codes(store) == [("decision_unrecorded", None)]
    record_run(store.engine, log)
    assert codes(store) == []


def test_an_entry_is_written_with_what_it_tells_of_or_not_at_all(store, log):
    with pytest.raises(ZeroDivisionError), store.engine.begin() as connection:
        log.append(connection, "note", "x", {})
        raise ZeroDivisionError
    assert len(list(entries(store.engine))) == 4
    assert codes(store) == []


def test_an_export_is_verified_without_the_run(store, log, signer, tmp_path):
    file = tmp_path / "tally.csv"
    file.write_text("a,1\n")
    proof = json.loads(json.dumps(prove_export(store.engine, log, file)))
    assert verify_export(file, proof, signer.public) == []
    assert [fault.code for fault in verify_export(file, proof, Signer.new().public)] == ["forged", "checkpoint"]
    file.write_text("a,2\n")
    assert [fault.code for fault in verify_export(file, proof, signer.public)] == ["file_changed"]
    file.write_text("a,1\n")
    moved = {**proof, "proof": [proof["proof"][0][::-1]]}
    assert verify_export(file, moved, signer.public) == [
        Fault(5, "no_proof", "the proof does not lead from entry 5 to the signed root")
    ]
    with pytest.raises(UsageError, match="no formreader/proof/1"):
        verify_export(file, {"schema": "x"}, signer.public)


def test_a_key_is_made_for_its_owner_alone_and_found_again(tmp_path):
    first = Signer.of_run(tmp_path)
    file = tmp_path / "secrets" / "audit.key"
    assert Signer.of_run(tmp_path).public == first.public
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("nothing")
    with pytest.raises(UsageError, match="is no key for the log"):
        Signer.of_run(tmp_path)
