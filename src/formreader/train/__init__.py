"""Train: the only floor that imports torch. Each model within an hour on two cores, seeded."""
