"""The rights of the functions' roles: what the template grants, what the end-to-end tests use, and the comparison."""
