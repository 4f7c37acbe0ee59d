"""The legal forms that a name key may drop, by where they stand. Data, and the two ways of writing each.

Only words that name a *form* of company are listed. Words that tell two companies of one group apart
(Group, Holdings, International, Trading, a country) are not, since dropping them would join customers that
are billed apart.

Forms are stored as token tuples of a folded key: `Acme S.A. de C.V.` has the tail `("s", "a", "de", "c",
"v")`.
"""

# Written as in an address; abbreviations are also recognised with dots (`s a`, `g m b h`), see _spellings.
_TRAILING = """
    inc | incorporated | corp | corporation | co | company | llc | lllp | llp | lp | pllc | pbc | ltd co
    ltd | limited | plc | public limited company | cic | cio | unlimited | dac | clg | uc | teo |
    teoranta | cyf
    limitee | ltee | ulc | incorporee
    pty ltd | pty limited | pty | proprietary limited
    pvt ltd | pvt limited | private limited | pvt | pte ltd | pte limited | pte | sdn bhd | bhd |
    berhad | sendirian berhad
    gmbh | gmbh co kg | gmbh and co kg | gmbh u co kg | gmbh und co kg | ag | ag co kg | kg |
    kgaa | ohg | ug | ug haftungsbeschränkt
    gbr | ev | eg | ek | mbh | se | ges m b h | gesmbh | gesellschaft mit beschränkter haftung |
    aktiengesellschaft
    sa | sas | sasu | sarl | eurl | sci | snc | scs | sca | scop | sàrl | société anonyme |
    societe anonyme
    bv | nv | vof | cv | bvba | sprl | srl | asbl | vzw | besloten vennootschap
    spa | srl | srls | sapa | società per azioni
    sl | slu | slp | sau | sociedad limitada | sociedad anónima | sociedad anonima
    sa de cv | sapi de cv | s de rl de cv | s de rl | sab de cv | sc | ltda | limitada | eireli |
    epp | eirl
    lda | unipessoal lda | sgps
    ab | aktiebolag | hb | as | asa | aps | ivs | oy | oyj | ab oy | ky | hf | ehf | osaühing |
    oü | uab | sia
    sp z o o | spółka z o o | spolka z o o | sp j | sp k | sro | s r o | spol s r o | doo |
    d o o | dd | d d | eood | ood
    kft | zrt | nyrt | bt | a s | aş | a ş | ltd şti | ltd sti | limited şirketi |
    anonim şirketi | tic ltd şti | san ve tic aş
    ooo | oao | zao | pao | тоо | ооо | оао | зао | пао | ао | тов
    kk | kabushiki kaisha | kabushiki gaisha | yk | yugen kaisha | gk | godo kaisha | co ltd |
    company limited
    jsc | ojsc | cjsc | pjsc | joint stock company | tbk | persero | fze | fzco | fzc | fz llc |
    wll | saoc | saog | qsc | psc | sal
    αε | α ε | επε | ε π ε | ικε | ι κ ε | בעמ | בע מ
    有限公司 | 股份有限公司 | 有限责任公司 | 株式会社 | 有限会社 | 合同会社 | 株 | 有
    주식회사 | 유한회사 | 주
"""

_LEADING = """
    pt | cv | ooo | oao | zao | pao | ооо | оао | зао | пао | ао | тоо | тов
    株 | 有 | 株式会社 | 有限会社 | 合同会社 | 주 | 주식회사 | 유한회사 | kabushiki kaisha
"""

GLUED_FORMS = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "주식회사",
    "유한회사",
)


def _spellings(form: str) -> set[tuple[str, ...]]:
    """`sa de cv` also as `s a de c v`; a word of four letters or fewer may be written with dots."""
    words = form.split()
    dotted: list[str] = []
    for word in words:
        dotted.extend(word if len(word) <= 4 and word not in {"de", "di", "and", "und", "ve"} else [word])
    return {tuple(words), tuple(dotted)}


def _forms(text: str) -> frozenset[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for line in text.splitlines():
        for form in line.split("|"):
            if form.strip():
                found |= _spellings(form.strip().casefold())
    return frozenset(found)


TRAILING_FORMS = _forms(_TRAILING)
LEADING_FORMS = _forms(_LEADING)
