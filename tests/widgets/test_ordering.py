"""Messages that overtook each other on their way to the kernel."""

from hypothesis import given
from hypothesis import strategies as st
from vostoolkit_widgets.capture import Capture
from vostoolkit_widgets.ordering import PATIENCE_S, Queue


@given(st.permutations(range(12)))
def test_whatever_order_they_come_in_they_are_taken_in_theirs(arrivals):
    queue, taken = Queue(), []
    for number in arrivals:
        taken += queue.put(number, number)
    assert taken == list(range(12)) and not queue.early


def test_one_that_is_lost_does_not_hold_the_others_for_good():
    clock = [100.0]
    queue = Queue(now=lambda: clock[0])
    assert list(queue.put(1, "one")) == []
    clock[0] += PATIENCE_S / 2
    assert list(queue.put(2, "two")) == []
    clock[0] += PATIENCE_S
    assert list(queue.put(3, "three")) == ["one", "two", "three"]
    assert list(queue.put(4, "four")) == ["four"]


def test_keys_are_felt_as_they_were_pressed_and_each_page_counts_for_itself():
    felt = []
    capture = Capture(lambda event: felt.append(event.key))

    def press(key, order, view="a"):
        message = {"type": "key", "key": key, "view": view, "order": order}
        capture._received(None, message, [])

    press("Enter", 0)
    press("ArrowRight", 2)
    press("z", 0, view="b")
    assert felt == ["Enter", "z"]
    press("ArrowDown", 1)
    assert felt == ["Enter", "z", "ArrowDown", "ArrowRight"]
    capture.close()
