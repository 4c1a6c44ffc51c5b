select must_wait($1)
