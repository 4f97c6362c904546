"""Pure rules of the subject: numbers, dates and amounts as offices write them."""
