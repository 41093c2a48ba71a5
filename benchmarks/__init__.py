"""The budgets of the product, each measured beside a raw reference in the same run. Nothing here is a test."""
