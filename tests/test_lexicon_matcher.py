"""The matcher: what is a hit, how far it reaches, who wins, and what takes it back."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jdclass.lexicon import LexiconMatcher, load_collisions, load_lexicon
from jdclass.segment import tokenize


@pytest.fixture(scope="module")
def matcher():
    return LexiconMatcher(load_lexicon(), load_collisions())


@pytest.fixture
def small(tmp_path):
    """A matcher of the rows given, without collisions; classes: staff, patients, audit, change."""

    def make(*rows):
        path = tmp_path / "small.csv"
        head = "forms,orientation,contrast,object,unless,unless_after,gap,states,source,note"
        classes = [
            "class: staff,,,staff team colleagues,,,,,,",
            "class: patients,,,patients,,,,,,",
            "class: audit,,,audit,,,,,,",
            "class: change,,,change,,,,,,",
            "class: negation,,,no not nor,,,,,,",
            "class: negation_near,,,without,,,,,,",
            "class: no_negation,,,only,,,,,,",
            "class: clause,,,but you,,,,,,",
            "class: none,,,none nil,,,,,,",
            "class: not_held,,,required,,,,,,",
            "class: lead_in,,,contribute help,,,,,,",
            "class: link,,,to the of our,,,,,,",
            "class: stop,,,to and in,,,,,,",
            "class: bridge,,,to,,,,,,",
        ]
        path.write_text("\n".join([head, *classes, *rows]) + "\n", encoding="utf-8")
        return LexiconMatcher(load_lexicon(path))

    return make


LEAD_STAFF = "lead~,leadership,people_process,staff,patients,,,,codebook,"
LEAD_AUDIT = "lead~,management,transformative_incremental,audit,,,,,codebook,"
LEAD_ANY = "lead~,leadership,people_process,,,,,,codebook,"
MANAGE = "manage~,management,empower_control,staff,,,,line_manages,figure,"


def words(tokens, first, last):
    return " ".join(tokens.doc[int(at)].text for at in tokens.index[first:last])


def found(matcher, *lines):
    """(orientation's first letter, words) of each phrase."""
    tokens = tokenize(lines)
    hits = matcher.match(tokens).phrases
    return [(hit.orientation[0].upper(), words(tokens, hit.first, hit.last)) for hit in hits]


def cores(matcher, *lines):
    tokens = tokenize(lines)
    return [words(tokens, hit.core_first, hit.core_last) for hit in matcher.match(tokens).phrases]


def test_no_tokens_no_hits(matcher):
    matches = matcher.match(tokenize([]))
    assert matches.hits == matches.collisions == matches.phrases == ()


def test_whole_words_only(matcher):
    assert found(matcher, "Provision, revision and television in the division.") == []


def test_capitals_and_doubled_spaces_do_not_matter(small):
    assert cores(small(MANAGE), "MANAGE  the   Team") == ["MANAGE the Team"]


def test_nothing_crosses_a_line(small):
    assert found(small(MANAGE), "You will manage", "the team") == []
    assert found(small("value for money,management,empower_control,,,,,,figure,"), "value for", "money") == []


def test_the_object_must_follow_within_the_gap(small):
    narrow = small(MANAGE.replace(",staff,,,,", ",staff,,,1,"))
    assert cores(narrow, "manage the team") == ["manage the team"]
    assert cores(narrow, "manage the whole team") == []
    assert cores(narrow, "manage clinics and the team") == []


def test_the_object_must_stand_in_the_same_sentence(small):
    assert cores(small(MANAGE), "manage clinics; the team helps") == []


def test_unless_stands_on_the_way(small):
    assert cores(small(LEAD_STAFF), "lead patients and staff", "lead staff and patients") == ["lead staff"]


def test_unless_after_stands_behind(small):
    rules = small("advice,management,coach_direct,,,patients,3,,codebook,")
    assert cores(rules, "advice to our patients", "advice to staff", "advice. Our patients") == ["advice", "advice"]


def test_the_nearest_object_decides_what_is_led(small):
    rules = small(LEAD_STAFF, LEAD_AUDIT, LEAD_ANY)
    assert cores(rules, "lead the audit with the team") == ["lead the audit"]
    assert cores(rules, "lead the team in audit") == ["lead the team"]
    assert cores(rules, "lead from here") == ["lead"]


def test_the_last_word_of_a_compound_decides(small):
    rules = small(LEAD_STAFF, LEAD_AUDIT, LEAD_ANY)
    assert found(rules, "lead the audit team") == [("L", "lead the audit team")]
    assert found(rules, "lead the team audit") == [("M", "lead the team audit")]


def test_a_pattern_without_object_is_the_last_resort_wherever_it_stands(small):
    for rules in (small(LEAD_ANY, LEAD_AUDIT), small(LEAD_AUDIT, LEAD_ANY)):
        assert [side for side, _ in found(rules, "lead the audit")] == ["M"]


def test_the_longest_wins(small):
    rules = small(
        "clinical governance,management,vision_procedure,,,,,,codebook,",
        "governance,management,vision_procedure,,,,,,codebook,",
    )
    assert cores(rules, "clinical governance of wards") == ["clinical governance"]


def test_both_sides_stay_where_only_the_object_is_shared(small):
    rules = small(
        "supervise~,management,coach_direct,staff,,,,supervises,figure,",
        "develop~,leadership,coach_direct,staff,,,,,codebook,",
    )
    assert found(rules, "supervise and develop staff") == [("M", "supervise"), ("L", "develop staff")]


def test_a_hit_grows_to_the_phrase_around_it(small):
    rules = small("development of,leadership,change_consistency,,,,,,codebook,")
    assert found(rules, "You contribute to the development of services and clinics") == [
        ("L", "contribute to the development of services")
    ]
    # Links alone are no beginning and no end, and a bridge needs a word behind it.
    assert found(rules, "join the development of our") == [("L", "development of")]
    assert found(rules, "the development of help to our wards in town") == [("L", "development of help to our wards")]


def test_a_hit_does_not_grow_into_another(small):
    rules = small(MANAGE, "help,leadership,people_process,,,,,,codebook,")
    assert found(rules, "help manage the team") == [("L", "help"), ("M", "manage the team")]


@pytest.mark.parametrize(
    ("line", "negated"),
    [
        ("The post does not manage staff", True),
        ("The post does not train students, order stock or manage staff", True),
        ("It does not stop here but you manage staff", False),
        ("You not only manage staff", False),
        ("You manage no staff", True),
        ("Manage staff: none", True),
        ("Manage staff - nil", True),
        ("To manage staff is not required", True),
        ("To manage staff is not easy", False),
        ("Without having to manage staff", True),
        ("Without a break for the whole night you manage staff", False),
        ("You work without help and manage staff", False),
        ("You manage not only staff", False),
        ("No hurry. You manage staff", False),
        ("You manage staff", False),
    ],
)
def test_negation(small, line, negated):
    matches = small(MANAGE).match(tokenize([line]))
    assert [(hit.negated, hit.states) for hit in matches.hits] == [(negated, ("line_manages",))]
    assert len(matches.phrases) == (0 if negated else 1)


def test_a_row_that_states_absence_is_negated_and_no_phrase(small):
    rules = small("no direct reports,,,,,,,no:line_manages,codebook,")
    matches = rules.match(tokenize(["You have no direct reports."]))
    assert [(hit.orientation, hit.negated, hit.states) for hit in matches.hits] == [(None, True, ("line_manages",))]
    assert matches.phrases == ()


def test_a_row_that_only_says_something_competes_with_no_phrase(small):
    """Either finds its own, whatever stands nearer; a denial reaches both."""
    rules = small("lead~,leadership,people_process,staff,,,,,codebook,", "lead~,,,change,,,6,leads_change,codebook,")
    matches = rules.match(tokenize(["Lead the team and its change.", "You do not lead the team through change."]))
    assert [(hit.orientation, hit.states, hit.negated) for hit in matches.hits] == [
        ("leadership", (), False),
        ("leadership", (), True),
    ]
    assert [(hit.orientation, hit.states, hit.negated) for hit in matches.says] == [
        (None, ("leads_change",), False),
        (None, ("leads_change",), True),
    ]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("You do not manage staff", "not"),
        ("You manage no staff", "no"),
        ("You manage staff: none", "none"),
        ("To manage staff is not required", "required"),
        ("You manage staff", None),
    ],
)
def test_the_word_that_takes_a_hit_back_is_told(small, line, word):
    tokens = tokenize([line])
    (hit,) = small(MANAGE).match(tokens).hits
    assert (words(tokens, hit.denied_by, hit.denied_by + 1) if hit.negated else None) == word


@pytest.mark.parametrize(
    ("line", "absent"),
    [
        ("The post has no budget and no line management responsibility.", {"holds_budget", "line_manages"}),
        ("You will not give clinical advice, hold a budget or manage staff.", {"holds_budget", "line_manages"}),
        ("Does not hold a budget and does not line manage staff.", {"holds_budget", "line_manages"}),
        ("Holds no budget and has no direct reports.", {"holds_budget", "line_manages"}),
        ("Staff: none", {"line_manages"}),
        ("The role has no direct line reports.", {"line_manages"}),
        ("There is no responsibility for budgets.", {"holds_budget"}),
        ("No supervisory responsibility.", {"supervises"}),
        ("Budget: none held", {"holds_budget"}),
        ("Is not a budget holder.", {"holds_budget"}),
        ("You will not line manage the ward clerks, who answer to the matron.", {"line_manages"}),
        ("The post does not supervise staff.", {"supervises"}),
        ("Does not deputise for the manager.", {"deputises"}),
    ],
)
def test_what_a_document_states_to_be_absent(matcher, line, absent):
    matches = matcher.match(tokenize([line]))
    assert {state for hit in matches.hits if hit.negated for state in hit.states} == absent
    assert matches.phrases == ()


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("You will supervise the healthcare assistants.", "supervises"),
        ("Take charge of the ward at night.", "allocates_work"),
        ("Line manage a team of six clerks.", "line_manages"),
        ("Undertake appraisals of the clerks.", "appraises"),
        ("Carry out annual appraisals of the porters.", "appraises"),
        ("Recruit and select the clerks.", "recruits"),
        ("Hold a delegated budget.", "holds_budget"),
        ("Recruitment and retention of nurses.", "recruits"),
        ("Write policies for the laboratory.", "policy"),
        ("Develop a strategy for the region.", "sets_direction"),
        ("Lead change across the wards.", "leads_change"),
        ("Deputise for the matron.", "deputises"),
        ("Day to day supervision of the porters.", "supervises"),
        ("Delegate to the healthcare assistants.", "allocates_work"),
        ("Take charge when the sister is away.", "allocates_work"),
        ("Oversee and manage the clerks.", "line_manages"),
        ("Performance manage two clerks.", "line_manages"),
        ("Take a role in recruitment.", "recruits"),
        ("Revise local protocols.", "policy"),
        ("Shape a clear vision of the clinic.", "sets_direction"),
        ("Provide cover for the ward sister.", "deputises"),
        # What another phrase hides, or a long way to its object.
        ("Recruit and appraise the porters.", "appraises"),
        ("Recruit to vacant posts.", "recruits"),
        ("Recruits laundry clerks with the manager.", "recruits"),
        ("Sit as chair on interview panels.", "recruits"),
        ("Appraise your direct reports.", "appraises"),
        ("Manage two porters and a clerk.", "line_manages"),
        ("Line manager for the laundry leaders.", "line_manages"),
        ("Hold a delegated pay and non-pay budget.", "holds_budget"),
        ("Oversight of a kitchen budget of £40,000", "holds_budget"),
        ("Lead the redesign of the outpatient pathway.", "leads_change"),
        ("Keep the theatre protocols up to date.", "policy"),
        ("Stand in for the ward sister at weekends.", "deputises"),
        ("Manage the day to day running of the kitchen.", "allocates_work"),
        ("Draw up the weekly porters' rota.", "allocates_work"),
        ("Supervise one part-time laundry assistant.", "supervises"),
        ("Shape the laboratory's five-year workforce strategy.", "sets_direction"),
    ],
)
def test_what_a_document_states(matcher, line, state):
    matches = matcher.match(tokenize([line]))
    hits = (*matches.hits, *matches.says)
    assert state in {one for hit in hits if not hit.negated for one in hit.states}


@pytest.mark.parametrize(
    "line",
    [
        "Recruit patients to the trial.",
        "We are looking to recruit to this post and recruiting porters.",
        "Any other duties asked by the line manager to support the team.",
        "Develop the clinic in line with the strategy of the hospital.",
        "Manage contracts within budget.",
        "Give advice to budget holders.",
        "Supervise patients at mealtimes.",
        "Manage your own rota.",
        "Take part in your own appraisal and research.",
        "Receive supervision from the matron.",
        "Develop your skills in strategy.",
    ],
)
def test_what_says_nothing_of_the_post(matcher, line):
    matches = matcher.match(tokenize([line]))
    assert [state for hit in (*matches.hits, *matches.says) if not hit.negated for state in hit.states] == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        # The codebook's settled cases.
        ("Lead the team", [("L", "people_process")]),
        ("Lead the department", [("L", "people_process")]),
        ("Lead the delivery", [("M", "people_process")]),
        ("Lead the audit", [("M", "transformative_incremental")]),
        ("Lead the project", [("M", "people_process")]),
        ("Provide clinical leadership", [("L", "people_process")]),
        ("Strategic leadership", [("L", "vision_procedure")]),
        ("Strategic direction", [("L", "vision_procedure")]),
        ("Provide expert advice to managers", [("M", "coach_direct")]),
        ("Provide expert advice to patients", []),
        ("Train staff", [("M", "coach_direct")]),
        ("Develop staff", [("L", "coach_direct")]),
        ("Support and motivate staff", [("L", "people_process")]),
        ("Build relationships", [("L", "people_process")]),
        ("Influence stakeholders", [("L", "people_process")]),
        ("Work closely with wards, liaise and communicate", []),
        ("Key member of the leadership team", [("L", "people_process")]),
        ("Member of the management team", [("M", "people_process")]),
        ("An innovative approach to service delivery", [("L", "innovation_replicate")]),
        ("A visionary leader", [("L", "vision_procedure")]),
        ("Meet targets for the service", [("M", "horizon")]),
        ("Manage a team", [("M", "empower_control")]),
        ("Maintain standards", [("M", "change_consistency")]),
        ("The smooth running of the clinic", [("M", "horizon")]),
        ("Leadership and management skills", [("L", "people_process"), ("M", "people_process")]),
        ("Develop and implement strategy", [("L", "vision_procedure")]),
        ("Support junior colleagues", [("L", "people_process")]),
        ("Manage change", [("L", "change_consistency")]),
        ("Embrace change", [("L", "change_consistency")]),
        ("Implement change programmes", [("M", "people_process")]),
        ("Drive improvement", [("M", "transformative_incremental")]),
        ("Build a culture of improvement", [("L", "people_process")]),
        ("Clinical governance", [("M", "vision_procedure")]),
        ("Lead the service", [("L", "people_process")]),
        ("Be a role model", [("L", "people_process")]),
        ("Act as an ambassador", [("L", "people_process")]),
        ("Deputise for the manager", [("M", "empower_control")]),
        ("Service development", [("L", "change_consistency")]),
        ("Empower staff", [("L", "empower_control")]),
        ("Empower patients", []),
        ("Take considered risks", [("L", "risk")]),
        ("Challenge the status quo", [("L", "risk")]),
        ("Roll out the new record", [("M", "innovation_replicate")]),
        # What is led, supported, managed or ensured decides.
        ("Take a lead on the rebuilding of the store", [("M", "people_process")]),
        ("Lead the provision", [("M", "people_process")]),
        ("Support the ward team", [("L", "people_process")]),
        ("Work with nurses and support staff", []),
        ("Manage our support team", [("M", "empower_control")]),
        ("Supervise support workers", [("M", "coach_direct")]),
        ("Provide strategic leadership", [("L", "vision_procedure")]),
        ("Promote teamwork", [("L", "people_process")]),
        ("Encourage colleagues", [("L", "people_process")]),
        ("Spearhead the redesign", [("L", "change_consistency")]),
        ("Expand the clinic", [("L", "change_consistency")]),
        ("Find better ways to record visits", [("L", "innovation_replicate")]),
        ("Share good practice", [("M", "innovation_replicate")]),
        ("Escalate problems", [("M", "risk")]),
        ("Respond to incidents", [("M", "risk")]),
        ("Improve patient safety", [("M", "risk")]),
        ("Ensure the requirements are met", [("M", "vision_procedure")]),
        ("Ensure a reliable clinic", [("M", "change_consistency")]),
        ("Responsible for the clinic", [("M", "people_process")]),
        ("Instruct new porters and trainees", [("M", "coach_direct")]),
        ("Work to tight deadlines", []),
        ("The rota is subject to change", []),
        ("Administer medication, keep accurate records and manage your own time", []),
    ],
)
def test_settled_cases(matcher, line, wanted):
    hits = matcher.match(tokenize([line])).phrases
    assert [(hit.orientation[0].upper(), hit.contrast) for hit in hits] == wanted


PIECES = [
    "lead",
    "the",
    "team",
    "and",
    "manage",
    "staff",
    ",",
    "audit",
    "not",
    "of",
    "change",
    "vision",
    ".",
    "infection",
]
LINE = st.lists(st.sampled_from([*PIECES, "control", "support", "no", "budget", "our"]), max_size=12).map(" ".join)


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=4))
def test_lines_are_matched_as_if_each_stood_alone(lines):
    matcher = _shared_matcher()
    tokens = tokenize(lines)
    together = [
        (
            int(tokens.line[hit.first]),
            hit.first - int(tokens.first[tokens.line[hit.first]]),
            hit.last - hit.first,
            hit.pattern,
        )
        for hit in matcher.match(tokens).hits
    ]
    apart = [
        (number, hit.first, hit.last - hit.first, hit.pattern)
        for number, line in enumerate(lines)
        for hit in matcher.match(tokenize([line])).hits
    ]
    assert together == apart


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=3))
def test_hits_stand_in_order_within_their_line_and_never_overlap(lines):
    tokens = tokenize(lines)
    hits = _shared_matcher().match(tokens).hits
    for hit in hits:
        assert hit.first <= hit.core_first < hit.core_last <= hit.last
        assert tokens.line[hit.first] == tokens.line[hit.last - 1]
    for before, after in pairwise(hits):
        assert before.last <= after.first


_MADE = []


def _shared_matcher():
    # hypothesis does not mix with fixtures of module scope that it cannot reset; the matcher holds no state.
    if not _MADE:
        _MADE.append(LexiconMatcher(load_lexicon(), load_collisions()))
    return _MADE[0]
