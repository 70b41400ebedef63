"""Places that nobody configured: who is asked, which room hears it, what is learned, who can undo that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import PostState, RegionId
from swsmatrix.protocol import MINUTE
from tests.scenario import places_stories as stories
from tests.scenario.places_stories import answers, warns, writes
from tests.town import ALICE, BEA, CHICAGO, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town
from tests.unit import examples


async def test_the_author_is_asked_and_nothing_goes_out_before_they_said_yes(place: Town) -> None:
    event = await warns(place)
    assert place.reactions(LOUNGE, event) == ["✅"]
    (asked,) = await place.hears_privately(ALICE)
    assert "Is it for Buffalo, near New York State? Then answer `yes`.\n" in asked
    assert "`#minnesota` – for Buffalo (Minnesota), near United States\n`no` – somewhere else" in asked
    assert place.reads(NY) == place.reads(NYC) == place.reads(STEWARDS) == []


async def test_after_the_yes_it_goes_to_that_regions_own_room_and_says_where(place: Town) -> None:
    await stories.a_town_is_confirmed(place)
    (relay,) = place.reads(NY)
    assert relay.startswith("⚠️ Warning · Buffalo, near New York State\n\na grey van waits by the bridge")
    assert place.reads(NYC) == place.reads(CHICAGO) == []
    assert await place.hears_privately(ALICE) == ["Thank you. It's on its way to New York State."]
    await place.later(10 * MINUTE)
    assert place.reads(STEWARDS) == []


@pytest.mark.parametrize("word", ["Yes!", "ok", "send"])
async def test_words_of_yes(place: Town, word: str) -> None:
    await warns(place)
    await answers(place, word)
    assert len(place.reads(NY)) == 1


async def test_a_reaction_is_a_yes_too(place: Town) -> None:
    await warns(place)
    room = await place.direct(ALICE)
    place.reacts(ALICE, room, place.room(room).timeline[-1].event, "👍")
    await place.settle()
    assert len(place.reads(NY)) == 1


@pytest.mark.parametrize("text", ["#swsdanger #police at the corner", "#swsdanger #nice #van follows people"])
async def test_what_climbs_nowhere_is_an_unknown_word(place: Town, text: str) -> None:
    await warns(place, text)
    (asked,) = await place.hears_privately(ALICE)
    assert "Which place is it for?" in asked


@pytest.mark.parametrize("word", ["mobile", "texas", "МОБИЛ", "or", "us-tx"])
async def test_common_words_are_never_used_without_a_yes(place: Town, word: str) -> None:
    await warns(place, f"#swsdanger #{word} a grey van waits")
    (asked,) = await place.hears_privately(ALICE)
    assert "near United States? Then answer `yes`." in asked
    await place.later(10 * MINUTE)
    await writes(place, "send 1", f"send 1 #{word}")
    assert all(place.reads(room) == [] for room in (NY, NYC, CHICAGO))
    (post,) = await place.store.records.open_posts()
    assert (post.state, post.regions) == (PostState.PLACE, ())


async def test_configured_tags_win_and_the_town_is_asked_about_too(place: Town) -> None:
    event = await warns(place, "#swsdanger #chicago #buffalo a grey van waits")
    assert len(place.reads(CHICAGO)) == 1
    assert place.reads(NY) == []
    (told,) = await place.hears_privately(ALICE)
    assert told.endswith("I took it for Chicago. Did you mean `#us-ny`, too? Then edit it to say so.")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #chicago #us-ny #buffalo a grey van waits")
    await place.settle()
    assert len(place.reads(CHICAGO)) == len(place.reads(NY)) == 1
    assert await place.hears_privately(ALICE) == []


@pytest.mark.parametrize(
    "tags", ["#us-ny #buffalo", "#nyc #buffalo", "#chicago #soup", "#us #buffalo", "#us-ny #nyc #buffalo"]
)
async def test_towns_near_by_and_other_words_are_not_asked_about_as_well(place: Town, tags: str) -> None:
    await warns(place, f"#swsdanger {tags} a grey van waits")
    assert await place.hears_privately(ALICE) == []


async def test_somewhere_else(place: Town) -> None:
    await warns(place)
    await answers(place, "no")
    (asked,) = await place.hears_privately(ALICE)
    assert "Which place is it for?" in asked
    await place.later(10 * MINUTE)
    assert "`send 1 #place` sends it on" in place.reads(STEWARDS)[0]
    await answers(place, "#chicago")
    assert len(place.reads(CHICAGO)) == 1
    assert place.reads(NY) == []


async def test_a_no_keeps_details_back(place: Town) -> None:
    await warns(place, "#swsdanger #mobile he calls from +1 212 555 0123")
    await answers(place, "no")
    await answers(place, "#nyc")
    assert place.reads(NYC) == []
    (asked,) = await place.hears_privately(ALICE)
    assert "+1 212 555 0123" in asked


async def test_a_region_can_be_named_instead(place: Town) -> None:
    await warns(place)
    await answers(place, "#us-ny")
    assert len(place.reads(NY)) == len(place.reads(NYC)) == 1
    assert "· New York State\n" in place.reads(NY)[0]


async def test_one_of_the_others_of_that_name(place: Town) -> None:
    await stories.it_is_another_one_of_that_name(place)
    (told,) = place.reads(STEWARDS)
    assert "a warning for Maine could not go out" in told
    (told,) = await place.hears_privately(ALICE)  # and no thanks for what is not on its way
    assert "There is no room for Maine yet" in told
    (post,) = await place.store.records.open_posts()
    assert (post.place, post.regions, post.state) == ("4975802", ("maine",), PostState.UP)


async def test_another_town_is_asked_about_too(place: Town) -> None:
    await warns(place)
    await answers(place, "#rochester")
    (asked,) = await place.hears_privately(ALICE)
    assert "Is it for Rochester, near New York State?" in asked
    await answers(place, "yes")
    assert place.reads(NY)[0].startswith("⚠️ Warning · Rochester, near New York State")


async def test_a_state_says_which_one_of_many(place: Town) -> None:
    await warns(place, "#swsdanger #springfield a grey van waits")
    await answers(place, "#ohio")
    (asked,) = await place.hears_privately(ALICE)
    assert "Is it for Springfield (Ohio), near United States?" in asked


async def test_a_town_without_a_hash_is_an_answer_too(place: Town) -> None:
    await warns(place, "#swsdanger a grey van waits")
    await answers(place, "Buffalo")
    (asked,) = await place.hears_privately(ALICE)
    assert "Is it for Buffalo, near New York State?" in asked
    await answers(place, "yes")
    assert len(place.reads(NY)) == 1


async def test_words_are_no_places_where_none_was_asked_for(place: Town) -> None:
    room = place.opens_direct(ALICE)
    await place.settle()
    await answers(place, "buffalo")
    assert "I'm only a bot" in place.reads(room)[-1]


async def test_nobody_answers(place: Town) -> None:
    await warns(place)
    await place.later(10 * MINUTE - 1)
    assert place.reads(STEWARDS) == []
    await place.later(1)
    (told,) = place.reads(STEWARDS)
    assert "#1 waits: #swsdanger · perhaps New York State · " in told
    assert "`send 1 #us-ny` sends it there" in told
    assert "uffalo" not in told
    assert "van" not in told
    await writes(place, "send 1")
    assert "#1 needs a place" in place.reads(STEWARDS)[-1]
    await writes(place, "send 1 #buffalo")
    assert "Buffalo, near New York State. `send 1 #us-ny` sends it there." in place.reads(STEWARDS)[-1]
    assert place.reads(NY) == []
    await writes(place, "send 1 #us-ny")
    assert len(place.reads(NY)) == len(place.reads(NYC)) == 1


async def test_confirmed_it_stays_through_an_edit_until_it_is_taken_away(place: Town) -> None:
    event = await warns(place)
    await answers(place, "yes")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #buffalo a green van waits by the bridge")
    await place.settle()
    (relay,) = place.reads(NY)
    assert relay.startswith("⚠️ Warning, updated · Buffalo, near New York State")
    place.edits(ALICE, LOUNGE, event, "#swsdanger a green van waits by the bridge")
    await place.settle()
    assert place.reads(NY) == []
    assert "Which place" in (await place.hears_privately(ALICE))[-1]


async def test_another_town_in_an_edit_is_asked_about(place: Town) -> None:
    event = await warns(place)
    await answers(place, "yes")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #rochester a grey van waits by the bridge")
    await place.settle()
    assert place.reads(NY) == []
    assert "Is it for Rochester" in (await place.hears_privately(ALICE))[-1]


async def test_edited_to_a_region_it_is_heard_inside_as_well(place: Town) -> None:
    event = await warns(place)
    await answers(place, "yes")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny a grey van waits by the bridge")
    await place.settle()
    assert len(place.reads(NY)) == len(place.reads(NYC)) == 1
    assert "Buffalo" not in place.reads(NY)[0]


async def test_details_are_asked_about_after_the_place(place: Town) -> None:
    await warns(place, "#swsdanger #buffalo he calls from +1 212 555 0123, hangs up")
    await answers(place, "yes")
    assert place.reads(NY) == []
    await answers(place, "send")
    (relay,) = place.reads(NY)
    assert "Buffalo, near New York State" in relay
    assert "555" not in relay
    assert place.reads(NYC) == []


async def test_the_same_words_once_more_are_the_same(place: Town) -> None:
    await stories.a_town_is_confirmed(place)
    event = await warns(place)
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert len(place.reads(NY)) == 1
    assert len(await place.store.records.open_posts()) == 1


async def test_an_unsigned_edit_says_which_place_it_names(place: Town) -> None:
    event = place.posts(CLEO, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await place.settle()
    await writes(place, "release 1")
    place.edits(CLEO, LOUNGE, event, "#swsdanger #chicago a grey van waits", signed=False)
    await place.settle()
    assert place.reads(NYC) == []
    (_, told) = place.reads(STEWARDS)
    assert "#1: #swsdanger · Chicago · " in told
    assert "no place named" not in told


async def test_other_names_of_a_region_mean_all_of_it(place: Town) -> None:
    await warns(place, "#swsdanger #КиївськаВулиця #штатНьюЙорк a grey van waits")
    await answers(place, "drop")
    await warns(place, "#swsdanger #ЧИКАГО a grey van waits")
    await answers(place, "yes")
    assert "· Chicago\n" in place.reads(CHICAGO)[0]


# ---- What is learned --------------------------------------------------------------------------------


async def test_twice_is_two_people(place: Town) -> None:
    await stories.a_town_is_confirmed(place)
    await warns(place, "#swsdanger #buffalo the side door is watched")
    assert "Is it for Buffalo" in (await place.hears_privately(ALICE))[-1]
    await answers(place, "yes")
    await warns(place, "#swsdanger #buffalo the lamps are out")
    assert "Is it for Buffalo" in (await place.hears_privately(ALICE))[-1]
    await writes(place, "places")
    assert place.reads(STEWARDS) == ["No place has been confirmed by two people yet."]


async def test_what_two_people_confirmed_needs_no_question(place: Town) -> None:
    await stories.two_people_confirm_a_town(place)
    assert len(place.reads(NY)) == 3
    assert place.reads(NYC) == []
    assert await place.hears_privately(BEA) == []
    (told,) = place.reads(STEWARDS)
    assert "`#buffalo` counts as Buffalo, near New York State from now on" in told
    assert "alice" not in told
    await writes(place, "places")
    assert "`#buffalo` – Buffalo, near New York State" in place.reads(STEWARDS)[-1]


async def test_nobody_is_kept_by_name(place: Town) -> None:
    await stories.a_town_is_confirmed(place)
    (row,) = await place.rows("SELECT * FROM learned")
    assert row[:2] == ("buffalo", "5110629")
    assert not any("alice" in str(value) for value in row)


async def test_who_wants_to_be_forgotten_is_not_kept_as_a_code_either(place: Town) -> None:
    await stories.a_town_is_confirmed(place)
    await answers(place, "forget me")
    assert await place.store.warnings.learned() == ()


async def test_what_another_confirmed_stays_without_them(place: Town) -> None:
    await stories.two_people_confirm_a_town(place)
    await answers(place, "forget me")
    (one,) = await place.store.warnings.learned()
    assert (one.first, one.twice) == ("", True)


async def test_two_people_who_mean_different_places_have_confirmed_neither(place: Town) -> None:
    await stories.it_is_another_one_of_that_name(place)
    await warns(place, "#swsdanger #portland the side door is watched", CLEO)
    await answers(place, "yes", who=CLEO)
    assert [one.twice for one in await place.store.warnings.learned()] == [False]


async def test_struck_out_is_asked_about_again_for_good(place: Town) -> None:
    await stories.a_learned_place_is_struck_out(place)
    assert "dora struck out `#buffalo`" in place.reads(STEWARDS)[-1]
    assert "Is it for Buffalo" in (await place.hears_privately(ALICE))[-1]
    await answers(place, "yes")
    await warns(place, "#swsdanger #buffalo the lamps are out again", CLEO)
    await answers(place, "yes", who=CLEO)
    await warns(place, "#swsdanger #buffalo somebody waits", BEA)
    assert "Is it for Buffalo" in (await place.hears_privately(BEA))[-1]
    await writes(place, "places")
    assert "struck out Wed 18 Nov 2026" in place.reads(STEWARDS)[-1]


async def test_another_steward_takes_it_back_in(place: Town) -> None:
    place.room(STEWARDS).members.add(CLEO)
    await stories.a_learned_place_is_struck_out(place)
    await writes(place, "keep buffalo", who=CLEO)
    assert "cleo took `#buffalo` back in" in place.reads(STEWARDS)[-1]
    before = len(place.reads(NY))
    await warns(place, "#swsdanger #buffalo the lamps are out again")
    assert len(place.reads(NY)) == before + 1


async def test_words_that_were_not_learned(place: Town) -> None:
    await writes(place, "strike", "strike *rochester*", "keep #rochester")
    assert place.reads(STEWARDS) == [
        "Which one? `strike buffalo`. `places` shows all.",
        "I have not learned `#rochester`. `places` shows what I have.",
        "I have not learned `#rochester`. `places` shows what I have.",
    ]


# ---- Other tags -------------------------------------------------------------------------------------


async def test_help_does_not_wait_for_the_yes(place: Town) -> None:
    await stories.help_in_a_town(place)
    (case,) = await place.store.people.cases()
    assert case.companion(BEA)
    offers = [one.text for one in place.room(await place.direct(BEA)).timeline]
    assert any("Buffalo, near New York State\n" in text for text in offers)
    (post,) = await place.store.records.open_posts()
    assert post.regions == ("us-ny",)


async def test_a_quiet_request_says_no_more_than_its_region(place: Town) -> None:
    await place.knows(
        replace(examples.supporter(BEA), identity=f"key of {BEA}", regions=(RegionId("us-ny"),))
    )
    room = place.opens_direct(ALICE)
    await place.settle()
    await warns(place, "#swshelp #buffalo somebody to talk to tonight", where=room)
    await answers(place, "yes")
    (offer,) = await place.hears_privately(BEA)
    assert "New York State" in offer
    assert "Buffalo" not in offer


async def test_a_yes_to_who_said_yes_is_none_to_the_place(place: Town) -> None:
    await place.knows(replace(examples.supporter(BEA), identity=f"key of {BEA}", regions=(), remote=True))
    await warns(place, "#swshelp #buffalo somebody to talk to tonight")
    await answers(place, "yes", who=BEA)
    await answers(place, "yes")
    assert "accept my invitation" in (await place.hears_privately(ALICE))[-1]
    (post,) = await place.store.records.open_posts()
    assert post.regions == ()


async def test_help_elsewhere(place: Town) -> None:
    await warns(place, "#swshelp #buffalo somebody to walk home with tonight")
    assert "Is it for Buffalo" in (await place.hears_privately(ALICE))[0]
    await answers(place, "no")
    assert "Which place" in (await place.hears_privately(ALICE))[-1]
    assert not any("Is it for Buffalo" in text for text in await place.hears_privately(ALICE))
    await answers(place, "#chicago")
    (post,) = await place.store.records.open_posts()
    assert (post.regions, post.place) == (("chicago",), "")


async def test_a_supporter_is_there_for_the_region(place: Town) -> None:
    await stories.a_supporter_of_a_town(place)
    (supporter,) = await place.store.people.supporters()
    assert supporter.regions == (RegionId("us-ny"),)


async def test_a_supporter_from_afar_is_asked_about_their_town_as_well(place: Town) -> None:
    await stories.a_supporter_from_afar_and_of_a_town(place)
    (supporter,) = await place.store.people.supporters()
    assert (supporter.regions, supporter.remote, supporter.topics) == ((RegionId("us-ny"),), True, ("ride",))


async def test_a_supporter_from_afar_need_not_be_of_any_town(place: Town) -> None:
    await warns(place, "#swssupporter #remote #buffalo #ride", CLEO)
    assert await place.store.people.supporters() == ()
    await answers(place, "no", who=CLEO)
    (supporter,) = await place.store.people.supporters()
    assert (supporter.regions, supporter.remote) == ((), True)
    (said,) = await place.hears_privately(CLEO)
    assert "Thank you, I noted that." in said
    (post,) = await place.store.records.open_posts()
    assert (post.state, post.place) == (PostState.UP, "")


async def test_from_afar_a_hashtag_that_is_no_town_is_asked_nothing(place: Town) -> None:
    await warns(place, "#swssupporter #remote #kindness", CLEO)
    (supporter,) = await place.store.people.supporters()
    assert (supporter.regions, supporter.remote) == ((), True)


async def test_a_message_with_a_slip_passes_all_questions(place: Town) -> None:
    await warns(place, "#swsdagner #buffalo a grey van waits")
    await answers(place, "yes")
    assert "Is it for Buffalo" in (await place.hears_privately(ALICE))[-1]
    await answers(place, "yes")
    assert len(place.reads(NY)) == 1


async def test_regions(place: Town) -> None:
    await stories.what_a_tag_would_do(place)
    tree, brooklyn, buffalo, nowhere = await place.hears_privately(ALICE)
    assert tree.splitlines()[:3] == [
        "United States `#us`",
        "↳ New York State `#us-ny` `#ny`",
        "↳ ↳ New York City `#nyc` `#newyork` `#brooklyn`",
    ]
    assert brooklyn.startswith("`#brooklyn` is New York City. A warning goes to the room of New York City.")
    assert "`#buffalo` may be Buffalo, near New York State or" in buffalo
    assert "only a `yes` counts. A warning goes to the room of New York State." in buffalo
    assert nowhere == "I know no place `#nowhere`."


async def test_regions_knows_what_was_learned(place: Town) -> None:
    await stories.two_people_confirm_a_town(place)
    await answers(place, "regions #buffalo")
    assert "only a `yes`" not in (await place.hears_privately(ALICE))[-1]


async def test_only_in_a_direct_chat(place: Town) -> None:
    await writes(place, "regions")
    assert place.reads(STEWARDS) == []
    assert await place.hears_privately(STEWARD) == []


@pytest.mark.parametrize("words", ["#police", "#mobile #scam", "#brooklyn", "#ride", "#brooklynn"])
async def test_in_a_regions_room_no_other_hashtag_holds_a_warning_up(place: Town, words: str) -> None:
    place.posts(ALICE, NY, f"#swsdanger {words} a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert await place.hears_privately(ALICE) == [] or words == "#brooklynn"


@pytest.mark.parametrize(
    ("where", "words", "tags"),
    [
        (NYC, "#chicgao", "`#chicago`"),
        (NYC, "#buffalo #chicgao", "`#chicago` or `#us-ny`"),
        (CHICAGO, "#buffalo", "`#us-ny`"),
    ],
)
async def test_what_may_be_for_another_place_is_said_to_its_author(
    place: Town, where: str, words: str, tags: str
) -> None:
    event = place.posts(ALICE, where, f"#swsdanger {words} a grey van waits")
    await place.settle()
    (told,) = await place.hears_privately(ALICE)
    assert told.startswith("Something about your message.\n\nI took it for ")
    assert f"Did you mean {tags}? Then edit it to say so." in told
    place.edits(ALICE, where, event, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    assert await place.hears_privately(ALICE) == []
    assert len(place.reads(NY)) == 1


async def test_an_edit_is_said_to_be_perhaps_for_another_place_once(place: Town) -> None:
    event = place.posts(ALICE, NYC, "#swsdanger a grey van waits")
    place.edits(ALICE, NYC, event, "#swsdanger #chicgao a grey van waits")
    await place.settle()
    assert len(await place.hears_privately(ALICE)) == 1
    place.edits(ALICE, NYC, event, "#swsdanger #chicgao a grey van waited")
    await place.settle()
    assert await place.hears_privately(ALICE) == []
