"""How complete the figures of a picture are: its units' answers, what is counted from them, and the words for it."""
