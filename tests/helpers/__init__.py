"""What several test files share and that judges nothing: processes, refusals, random sizes, hostile titles."""
