"""Statements name rows and links plainly, and what is rendered carries the version."""

import pytest

from tta.projector.read_model import Cypher, LinkType, Row


class Reader(Row, frozen=True, kw_only=True):
    name: str
    books: tuple[str, ...] = ()


class BookRow(Row, frozen=True, kw_only=True):
    LABEL = "Book"

    title: str


READ = LinkType("READ", Reader, BookRow)
cypher = Cypher(3, (Reader, BookRow), (READ,))


def test_labels_and_types_carry_the_version():
    expected = "MATCH (r:Reader_v3 {id: $id})-[:READ_v3]->(:Book_v3)\nRETURN r.name AS name"
    assert expected == cypher("MATCH (r:Reader {id: $id})-[:READ]->(:Book)\nRETURN r.name AS name")


def test_every_field_of_a_row_is_returned_by_its_name():
    expected = "MATCH (b:Book_v3)\nRETURN b.id AS id, b.title AS title"
    assert expected == cypher("MATCH (b:Book)\nRETURN b.*")


def test_a_label_that_no_row_declares_is_a_mistake():
    with pytest.raises(KeyError, match="Journal"):
        cypher("MATCH (j:Journal)\nRETURN j.id AS id")
