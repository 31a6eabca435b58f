"""The verbs: ask, tell, optimize, resume. The only place where samplers, stores and executors meet."""
