"""A campus that has gone through the line, shared with the tests of the line."""

from tests.line.conftest import whole as whole
