"""The room's tabs: each looks at one side of the company by the session's views, and draws what it saw."""
