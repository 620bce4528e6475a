//! The tests against the deployed stack are in `tests/e2e`.
