import threading

from vostoolkit_widgets.worker import Worker


def test_jobs_run_in_order_and_only_the_latest_of_a_kind():
    did, gate = [], threading.Event()
    worker = Worker("test", lambda error: did.append(str(error)))
    worker.post(lambda: gate.wait(5) and None)
    for number in range(3):
        worker.post(lambda number=number: did.append(number))
        worker.post(lambda number=number: did.append(f"draw {number}"), instead_of="draw")
    gate.set()
    assert worker.wait(5)
    assert did == [0, 1, 2, "draw 2"]
    worker.close()


def test_a_job_that_fails_is_told_and_the_next_runs():
    did = []
    worker = Worker("test", lambda error: did.append(str(error)))
    worker.post(lambda: [][1])
    worker.post(lambda: did.append("next"))
    assert worker.wait(5)
    assert did == ["list index out of range", "next"]
    worker.close()


def test_a_closed_worker_does_nothing_more():
    did = []
    worker = Worker("test", print)
    worker.close()
    worker.post(lambda: did.append(1))
    assert worker.wait(1) and not did


def test_what_is_put_off_lets_others_go_first_and_waits_for_a_pause():
    did, done = [], threading.Event()
    worker = Worker("test", print)
    for number in range(3):
        worker.post(lambda: (did.append("late"), done.set()), instead_of="late", after_s=0.2)
        worker.post(lambda number=number: did.append(number))
    assert not done.wait(0.05)
    assert done.wait(5) and did == [0, 1, 2, "late"]
    worker.close()


def test_who_waits_for_all_does_not_wait_for_a_pause():
    did = []
    worker = Worker("test", print)
    worker.post(lambda: did.append("late"), after_s=60)
    assert worker.wait(5) and did == ["late"]
    worker.close()
