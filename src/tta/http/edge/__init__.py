"""What stands between Starlette and an endpoint: admission, authentication, bodies, manners, problems."""
