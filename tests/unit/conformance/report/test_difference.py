from conformance.report.difference import difference


def test_the_pieces_of_a_difference_are_the_texts() -> None:
    expected, actual = difference("409, code A\nand more", "200,  code B")

    assert "".join(piece.text for piece in expected) == "409, code A\nand more"
    assert "".join(piece.text for piece in actual) == "200,  code B"


def test_texts_that_have_nothing_in_common_are_marked_whole() -> None:
    expected, actual = difference("one two three four and five", "uno due and tre quattro cinque")

    assert [piece.differs for piece in expected + actual] == [True, True]


def test_equal_texts_are_not_marked() -> None:
    assert not any(piece.differs for side in difference("409 a", "409 a") for piece in side)
