from hypothesis import settings

settings.register_profile("default", deadline=None)  # a shared machine pauses; that is no failure
settings.load_profile("default")
