"""What happens every day, as it should: prompt, consistent, brought to an end."""

from collections.abc import Callable

from streams.simulate.ordinary.service import (
    asks_in_writing,
    asks_where_the_parcel_is,
    calls,
    chats_with_a_bot_first,
    files_a_case,
    is_called_back,
    sends_goods_back,
)
from streams.simulate.ordinary.shopping import (
    browses,
    browses_then_signs_in,
    buys,
    buys_at_the_till,
    compares_prices,
    empties_the_cart,
    signs_up,
)
from streams.simulate.story import Story

Written = Callable[[Story], None]

STORIES: dict[Written, int] = {
    browses: 30,
    buys: 20,
    browses_then_signs_in: 5,
    buys_at_the_till: 6,
    compares_prices: 5,
    empties_the_cart: 3,
    signs_up: 2,
    asks_in_writing: 10,
    chats_with_a_bot_first: 5,
    calls: 6,
    asks_where_the_parcel_is: 4,
    sends_goods_back: 3,
    files_a_case: 3,
    is_called_back: 2,
}
"""Each with its weight."""

VISITORS: dict[Written, int] = {browses: 80, buys: 15, empties_the_cart: 5}
"""What somebody does of whom only the browser is known."""
