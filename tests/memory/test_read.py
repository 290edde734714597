import torch

from vostoolkit.memory.read import memory_rows, query_rows, similarity


def test_similarity_is_minus_the_weighted_squared_distance():
    key = torch.tensor([[1.0, 0.0, 2.0, 0.0]])
    query = torch.tensor([[0.0, 0.0, 0.0, 2.0]])
    selection = torch.tensor([[0.5, 1.0, 0.25, 1.0]])
    # -(0.5 * 1 + 0.25 * 4 + 1 * 4) * 3 / sqrt(4)
    found = similarity(key, torch.tensor([3.0]), query, selection)
    torch.testing.assert_close(found, torch.tensor([[-8.25]]))


def test_a_place_is_most_similar_to_itself():
    key, selection = torch.randn(9, 6), torch.rand(9, 6) + 0.1
    found = similarity(key, torch.ones(9), key, selection)
    assert torch.equal(found.argmax(1), torch.arange(9))
    torch.testing.assert_close(found.diagonal(), torch.zeros(9), atol=1e-5, rtol=0)


def test_rows_make_the_similarity():
    key, shrinkage = torch.randn(5, 4), torch.rand(5) + 1
    query, selection = torch.randn(3, 4), torch.rand(3, 4)
    torch.testing.assert_close(
        query_rows(query, selection) @ memory_rows(key, shrinkage).T,
        similarity(key, shrinkage, query, selection),
    )
