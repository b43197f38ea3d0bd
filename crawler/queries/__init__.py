"""Query feeds: search services that show stories by words, each in a module that knows its questions and answers."""
