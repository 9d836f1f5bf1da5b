// Tools/ifeval/sentence_words.py wrote this file from lists of our own, keeping what the
// reference implementation knows of them.

/// What the sentence splitter knows about English words.
enum PunktWords {
  /// Words that are abbreviations before a full stop.
  static let abbreviations = words(
    """
    a.a a.c a.d a.g a.h a.m a.m.e a.s a.t adm ala ariz aug ave b.f b.v bros c c.i.t c.v calif chg cie co col colo conn
    corp cos ct d d.c d.h d.w dec dr e e.f e.h e.l e.m f f.g f.j feb fla fri ft g g.d g.f g.k ga gen h h.c h.f h.m ill
    inc j.b j.c j.j j.k j.p j.r jan jr k kan ky l l.a l.f l.p lt ltd m m.b.a m.j maj messrs mg mich minn mr mrs ms n n.c
    n.d n.h n.j n.m n.v n.y nev nov oct ok okla ore p p.m pa ph.d prof r r.a r.h r.i r.j r.k r.t rep reps s s.a s.c s.g
    s.p.a s.s sen sep sept sr st sw t t.j tenn tues u.k u.n u.s u.s.a u.s.s.r v va vs vt w w.c w.r w.va w.w wash wed wis
    yr
    """)

  /// Words that, capitalised, begin a sentence behind an abbreviation or an ellipsis.
  static let starters = words(
    """
    able abolition above absence accept accessible according achieve address adjust adventure advice advised aesthetic
    ahead ain album allow allowed allows almost along already alternative although always ambitious among ancient animal
    animals answers anyone anything anyway appear apply approach appropriate argument arm arrange arrival arrive article
    ask aspect aspects assist attack author available awkward bail band basics beard beat become bed begin behalf
    behavior behind being believe believed beneath besides better between beyond birds bit bite blend blood body bold
    bone booming borrow both boundaries box boy boys breach bread break breast bright brilliant bringing brings brother
    build built bundle burden burn bus but butter call came cannot capable car careful carry cause celebrate certainly
    chair challenges chaos check checking cheese chef choice choices choose chosen classes classical climb clock
    clothing cloud cluster coat cold colors comfortable compare complain complete composed concise conducted confirm
    conflict consider contact contain contains conversation convert convince copy corner correct cough couple courage
    crash cream create created creating crowd cure customer dangerous dark dash daughter debate decide decisions
    dedicated deep deer defined deliver deny departed depend describe description designed designer desk despite destroy
    detail details determine develop diaper didn die difference different difficult disability disagree discover discuss
    discussed doctor documentation does doesn dogs done door double doubt drafted drag draw dress dressed drink duck ear
    early earn easier eaten edge edged effectively efficient egg eight either elegant else embrace emphasis empire empty
    encourage endless engineers enjoy enough ensure ensures ensuring enter entire entrepreneur environment era
    especially essay essentially establish establishments ethical even event eventually ever everyday evidence exactly
    examine example excellent except excited exciting excuse exist expansion experience experiences explain explore
    expressive extra eye eyes fact factor famous faster favorite fear feature features feeding feet fetch figure fill
    filled final finally fish fix flag fled float floor flower flowers fly fold follow followed following follows folly
    forget forth forward frankly freeze friend friendly fully funny furthermore gather gentle giant gift girl girls
    given global goals going grab greater ground guess guest guidance gun guy hair happen happy hate he healthy heavy
    height helped helpful helping helps hence her here heroic hers herself hide him himself hold honestly horse hot hour
    hours houses however hundred hundreds hunger hurry i idea identity if ignore imagination imagine imperative
    important impossible improve improvement in include including indeed independent individual inform ingredient inner
    innovation inside install installing instead instructions interested interior into invent invite involves isn it
    items jacket jog joke journey kinds kitchen knew knife knock knot landing language languages lately laugh laughed le
    leaf learn least lemon lend lesson letters lie lifetime lift lighthearted likewise lion lip list listen lived lives
    living location lock looking lot loved lunch luxury lyrics madness magical majestic male manner many match math
    maximum meal mean meanwhile mechanics melt member mental mention message milk mind mine minimum minute missed mix
    mobile mom moment moments months moon moreover morning most mother mouse mouth multitude myself nature necessary
    neck need negative neither nervous neutrons nevertheless nights noise nonetheless nor normally nose note nothing
    number nutritious object observe obtain obvious occasion ocean okay ones operate opportunities opportunity opposite
    original otherwise ought ours overall overcome overlooked pack page pain paint pair parenting particles particularly
    partner pass passion path pause pen perfect perform performance permit person personal phone physical pick pig pilot
    pink pitch places planet plate play played player playing please poet points politics pool portrayed possibilities
    potato powerful powers practice prefer preparation prepare present pretty prevent pride prince private probably
    problem process product profound program programming projectiles projects promise protect proud prove provide pull
    pure put question questions quitting rain range reality realize receive recent recently recognize recommended
    refreshing refuse regarding regardless regions regrets regularly relax released rely remain remedy remember remind
    remove rent repeated replace reply requires rescue responding response responsible restaurant result riding right
    robot roll roof round rubric ruled rush sadly safe sailboat sailing sales same sample sand scream scrutiny season
    secrets section secure seed seeds seem select send sentence separate separated serve serving seven severe shadow
    shake shape sharing shine shirt shoes shook shoot shot shoulder shouldn shut significant silence similar similarly
    simple simply since sing single sink sister sit situated size skills skin slight slow slowly smile smiled snack snow
    so soap soda soil soldier solid solution solve some someone sometimes son soon sorry sort soul souls speak spell
    spend spent spirit spoken sport spread squares squeeze stage stand steal stealing step stick still storyteller
    strange strategically streets stretch strict structure style stylish successful such sudden suddenly suffer suggest
    suitable sum suppose surely surprise surprisingly surround surrounded sustainable swim sword tale tall task taste
    tea teach teacher team teams tear ten terrible tested text thank thanks the them themselves there thereby therefore
    these they things think thinking this though thought thousand thrilled through throughout throw thus ticket tie tiny
    tips title together tomorrow towards traditional train trained transfer translate trap treat treated trees tribute
    tricks truly truth try turn twist type typical typically ultimately unconventional under understand unfortunately
    unless unlike unusual unwind upon us useful user using valuable variety various vast version very vibrant village
    violent virtual visible vision wait walk wander warm warmth warn waste wave waves wear weather wedding weekend weeks
    weight welcome went were when whenever whereas wherever whether which while whisper whole whom wide wife willing win
    window wipe wise wish within without withstand wonderful wondrous words working workplace worse writer writing
    written yes yesterday yet your yourself zero zoo
    """)

  /// Other words that also occur in lower case; all of `starters` but `i` do.
  static let otherLowercase = words(
    """
    a ability about across act activities actually add added additional advocate affect after again against age ago
    agree air all alone also am an and another answer any apart appears are aren army around arrested art as aside
    assistance assistant at attorney avoid away b baby back balance ball bank bar based be beach bear beautiful because
    been beer before begins bell below best big bill black blow blue board boat book books breakfast brief bring brown
    building business buy by c cafe camp can cancer capital card care cars case castle cat catch cats certain change
    chapter chicken child children china church city civil class classic clean clear clearly close closer club coffee
    collection color combines come comes commerce common company complex comprehensive computer construction continue
    control corn could couldn count country court cover creative cross cry culture cup cut d dad daily dance data day
    days dead deal death design development did digital dinner discussing diseases do dog don down dream dreams drive
    drop dry during dust each earth east easy eat economic economy education end energy engine estimate every everybody
    everyone everything expect face fail fall family far farm farmer fast father feel few field fifth fight film
    financial find finding fine fire first five flat focus food for foreign forest found four fourth fox free fresh
    friends from fruit full fun further future game games garden gas gate general generally get getting give glass go
    goal god gold golden good got government graduation great greed green group grow growth guide had half hall hand
    hard has have haven having head health heart heat heights help high his history hit home hope hospital hotel hotels
    house how human hunt hurt ice ideas identify impact imperial includes increase industry information international
    introduce introduction iron is island issue its itself job jobs join judge jump just keep key kind king know lady
    lake land large last late later latest law lawyer lay lead leader league leave leg legal less let letter level life
    light like line little live local logic long longer look lost love low luck lucky machine made magic mail main major
    make makes making man management mark market marketing mass master may maybe me means measure meat medicine meet
    meeting members memory men metal middle might military minutes mirror miss mission model modern money month more
    mostly motion motor mountain move movie movies moving much museum music must my name named nation natural near
    nearly never new news next nice night nightly nine no nobody none normal north not notice now nurse obviously of off
    offer offering offers office often oil old on once one only open options or order other others our out outline
    outside over own paper pare parent parents park part parts party past pay peace people perhaps photo physics picture
    place plan plant plants players plus pocket point police poor popular possible post power practices president press
    price primary print prison prize produce professional project promote proposal providing public purchase push queen
    quick quickly quiet quite rabbit race radio raise rare rather re reach read ready real really reasons record red
    reduce reject related repair report republic request research responsibility rest resume return rice rich ride
    rights ring rise road rock role room rose rub rule run s said save say school science sea search seat second secret
    see seek seeking seen serious service services set settle several share sharp she ship shoe shop short should show
    side sign silent silver six sleep sleeping slide small smart snake social society soft somebody something somewhere
    song sorts sound soup south space special spring square star stars start state states stay steel steps stone stop
    storm story strategic street strike strong student students study stupid subject sugar suit summary summer sun
    supply support sure swap sweet switch symbol system table take talk tasks tax tears tech technology teeth tell test
    than that their theme then thing third those three time times to today too tools top topic total touch tour toward
    town toy track transport travel tree trends trip trust twice two uncle understanding unit united university until up
    upgrade use used users usual usually value versatile view visit voice vote wake wall want war was wasn watch water
    way ways we weak week well west what whatever wheel where white who whose why wild will wind wine winter with woman
    women wonder wood word work world worry would wouldn write wrong year years yell you young z
    """)

  private static func words(_ list: String) -> Set<String> {
    Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
  }
}
