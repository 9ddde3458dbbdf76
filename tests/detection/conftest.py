"""Assertions in the tables' harness explain themselves like those in tests."""

import pytest

pytest.register_assert_rewrite("tests.detection.cases")
