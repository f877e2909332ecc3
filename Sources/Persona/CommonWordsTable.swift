// Ordinary English words of four letters and more: the small letters that stand in at least thirty of nine thousand
// documents and manual pages of a Debian 12, and some seven hundred of kitchen, road and fairy tale.

/// Words that say nothing about anybody, parted by spaces; ``CommonWords`` reads them once.
let commonWordsTable: StaticString = """
    abbreviated ability able abort aborted aborting about above absence absent absolute abstract abstraction \
    accelerator accents accept acceptable accepted accepting accepts access accessed accesses accessible accessing \
    accident accidental accidentally accommodate accompanying accordance according accordingly account accounting \
    accounts accuracy accurate achieve achieved acknowledge acknowledgment aclocal acorn acquire acquired across \
    action actions activate activated activation active actively activity acts actual actually adapt adapted added \
    adding addition additional additionally additions addr address addresses addressing adds adjacent adjust \
    adjusted adjusting adjustment adjustments admin administrator administrators admins advance advanced advantage \
    advertised advertising advice advised affect affected affecting affects affinity africa african after \
    afterwards again against agent aggregate agree agreed agreement ahead alan alert algebra algorithm algorithms \
    alias aliases aliasing align aligned alignment alive allbox alley alloc alloca allocate allocated allocates \
    allocating allocation allocations allocator allow allowed allowing allowlist allows alloydb almost alone along \
    alongside alpha alphabetical alphabetically alphanumeric already also alter altered alternate alternative \
    alternatives although altogether always ambiguity ambiguous amdgcn america american among amount amounts \
    analogous analysis analyze analyzed analyzer ancestor ancestors anchor anchors ancient android angle angry \
    animal annotation annotations announcement annoying anonymous another answer anthos antonym anvil anymore \
    anyone anything anyway anywhere apache apart apigee apis apparently appear appeared appears append appended \
    appending appends apphub apple applicable application applications applied applies apply applying appreciated \
    approach appropriate appropriately approval approved approximately approximation apps april arbitrarily \
    arbitrary arch architecture architectures archive archives archs area areas aren argc argparse args argument \
    arguments argv arising arithmetic armel armhf armour army around arpa array arrays arrive arrived arrives arrow \
    article artifact artifacts ascending ascii asked asking asks aspect aspects assembler assembly assert assertion \
    asset assets assign assigned assigning assignment assignments assigns assist associate associated association \
    associations assume assumed assumes assuming assumption assumptions asymmetric async asynchronous \
    asynchronously atomic attach attached attachment attachments attack attacker attacks attempt attempted \
    attempting attempts attention attic attr attribute attributes audio audit august aunt auth authenticate \
    authenticated authentication author authored authority authorization authorize authorized authors auto autoconf \
    autogen automake automated automatic automatically autopkgtest autopkgtests autoreconf autoscaling autotools \
    autumn auxiliary availability available average avoid avoided avoiding avoids aware away azure baby back backed \
    backend backends background backing backlog backport backported backports backslash backslashes backup backups \
    backward backwards bacon bake baker balanced balancer balancers balancing ball band bandits bandwidth banner \
    bare barn barrel barrels base based baseline basename bases bash basic basically basis basket batch battle \
    beach bean bear beard beast beauty became because become becomes becoming beef been beer before beggar begin \
    beginning begins behalf behave behaves behavior behaviour behind being believe bell belly belong belonging \
    belongs below belt bench benefit berlin berry best beta better between beyond bigger bigquery bigtable billing \
    binaries binary binauthz bind binding bindings bindir binds binutils biology bird birth bishop bite bitmap bits \
    bitter bitwise black blade blank blanket blanks blob block blocked blocking blocks blog blood bloom blossom \
    blue boast boat body bogus bold bone bonjour book bookworm bool boolean boot boots bootstrap bootstrapping \
    border both bother bottle bottom boulder bound boundaries boundary bounding bounds bowl bracelet braces bracket \
    brackets branch branches brave bread break breakage breakfast breaking breaks breath brewer brick bride bridge \
    brief bright bring brings broadcast broke broken bronze brother brought brown browser brush bucket buckets \
    buffer buffered buffering buffers buflen bugfix bugfixes buggy bugs bugzilla build buildd builddir buildds \
    builder buildflags building builds built builtin builtins bulk bullseye bump bumped bunch bundle bundled \
    bundles business buster busy butcher butter butterfly button bygroups bypass byte bytecode bytes cabin cache \
    cached caches caching cake calculate calculated calculating calculation calculations calendar call callable \
    callback callbacks called caller callers calling calls calm came camel camp cancel canceled cancelled candidate \
    candidates candle candles cannot canonical capabilities capability capable capacity captain caption capture \
    cards care careful carefully caret carpenter carpet carriage carried carrot carry cart case cases casing cast \
    casting castle casts catalog catch categories category cattle caught cause caused causes causing cave ceil cell \
    cellar center central cert certain certificate certificates certs cflags cgroup chain chains chair chamber \
    chance change changed changelog changes changing channel channels char character characters charge chars \
    charset charsets check checked checker checking checkout checks checksum checksums cheer cheese chemistry \
    cherry chest chicken child children chimney china chinese chmod choice choices choose choosing chosen chown \
    christian chromium chroot chunk chunks church ciao cipher ciphers circle circular circumstances city claim \
    claimed claims clang clarify clarity clash class classes classic classmethod clause clauses clay clean cleaned \
    cleaning cleanly cleanup cleanups clear cleared clearer clearing clearly clears clerk clever client clients \
    cliff clip cloak clobber clock clone close closed closely closer closes closest closing closure cloth cloud \
    cloudbuild clouds cluster clusters cmake cmdline coal coast coat cobbler code codecs coded codes coding coffee \
    coin cold collabora collect collected collecting collection collections collectively collects collisions colon \
    colons color colormap colors column columns combination combinations combine combined combines combining come \
    comes coming comma command commands commas comment commented comments commercial commit commitments commits \
    committed common commonly communicate communication community comp compact compare compared compares comparing \
    comparison comparisons compat compatibility compatible compilation compile compiled compiler compilers compiles \
    compiling complain complement complete completed completely completes completing completion completions complex \
    complexity compliance compliant complicated comply component components composed composer composite compress \
    compressed compressing compression computation compute computed computer computes computing concatenated \
    concatenation concept concepts concerning concurrency concurrent concurrently cond condition conditional \
    conditions conf config configs configurable configuration configurations configure configured configures \
    configuring conflict conflicting conflicts conform conformance conforming conforms confuse confused confusing \
    confusion conjunction conn connect connected connecting connection connections connectivity connector connects \
    consecutive consent consequences consider consideration considered considering considers consist consistency \
    consistent consistently consisting consists console const constant constants constitutes constrained constraint \
    constraints construct constructed constructing construction constructor constructors constructs consult \
    consulted consume consumed consumer consuming consumption contact contain contained container containers \
    containing contains content contents context contextlib contexts contiguous continuation continue continues \
    continuing continuous contract contrast contrib contributed contributions contributors control controlled \
    controller controlling controls convenience convenient convention conventions conversion conversions convert \
    converted converting converts cook cookie cookies cool coordinates cope copied copies copper copy copying \
    copyleft copyright copyrighted copyrights core cores coreutils corn corner correct corrected correction \
    corrections correctly correctness correspond corresponding corresponds corrupt corrupted corruption cost costs \
    cottage cotton could couldn count counted counter counterparts counters counting country counts couple courage \
    course cousin cover coverage covered covers cradle crash crashes crashing cream create created creates creating \
    creation credential credentials creek crew criteria critical cron crops cross crowd crown cruel crypt crypto \
    cryptographic cryptography cryptokey cryptsetup crystal ctype curl current currently cursor curtain curve \
    custom customer customize customized cvsignore cycle cycles cygwin daemon dagger daily daisy damages dance \
    danger dangerous dangling daniel danke dark darwin dash dashes data database databases dataplex dataproc \
    dataset datasets datastore datastream datatype date dates datetime datetimes daughter david dawn days dbgsym \
    dbus dead deadlock deal dealing dealings deallocated deallocation dear death debconf debhelper debian \
    debianized debug debugger debugging december decide decided deciding decimal decision decisions declaration \
    declarations declare declared declares declaring decode decoded decoder decoding decompress decompression \
    decorator decrease decrypt decryption dedicated deemed deep deer default defaulting defaults defer deferred \
    define defined defines defining definition definitions defs delay delayed delays delete deleted deletes \
    deleting deletion deliberately delimited delimiter delimiters deliver delivered delivery delta demand demo \
    demon demonstrates denial denied denote denoted deny depend dependencies dependency dependent depending depends \
    deploy deployed deploying deployment deployments deprecate deprecated deprecation deprecations deps depth \
    dereference dereferenced derivative derivatives derive derived desc descendant descendants descending describe \
    described describes describing descrip description descriptions descriptor descriptors desert design designated \
    designed desirable desired desktop despite dest destination destinations destroy destroyed destroys detach \
    detached detail detailed details detect detected detecting detection detects determine determined determines \
    determining deterministic devel developed developer developers developing development device devices devil dfsg \
    diablo diagnose diagnosed diagnostic diagnostics dialect dialog dict dictionaries dictionary didn diff differ \
    difference differences different differently differs difficult diffs digest digit digits dimensions dinner \
    direct direction directive directives directly directories directory dirfd dirname dirs dirt disable disabled \
    disables disabling disallowed discard discarded discarding discards disclaimer disconnect disconnected discover \
    discovered discovery discuss discussed discussion disk disks dispatch display displayed displaying displays \
    dispose dist distance distcheck distclean distinct distinction distinguish distribute distributed distributing \
    distribution distributions distro distutils ditch divide divided division dizzy dlopen docbook docker docs \
    docstring doctor document documentation documented documenting documents docutils does doesn doing doko domain \
    domains done donkey door dots dotted double doubt dough down download downloaded downloading downloads \
    downstream dozen dpkg draft dragon draw drawable drawer drawing drawn dream drepper dress drink drive driven \
    driver drivers drop dropped dropping drops drunk dual duck dull dummy dump dumped dumping dumps duplicate \
    duplicated duplicates duplication duration during dust dusty dwarf dynamic dynamically each eager eagle earlier \
    early earth ease easier easily east easy echo edge edit edited editing editor effect effective effectively \
    effects efficiency efficient efficiently effort egress eight either elapsed elbow element elements elif \
    eliminate eliminates eliminating else elsewhere elven emacs email emails embed embedded embedding emerald emit \
    emits emitted emitting employ employed empty emulate emulation emulator emulators enable enabled enablement \
    enables enabling enclosed enclosing encode encoded encoder encodes encoding encodings encountered encounters \
    encouraged encrypt encrypted encrypting encryption endian endianness endif ending endless endorse endpoint \
    endpoints ends enforce enforced enforcement engine england english enhanced enhancements enough ensure ensures \
    ensuring enter entered enterprise entire entirely entities entitled entity entries entropy entry enum enums \
    environ environment environments epoch equal equality equals equation equivalent equivalents eric errno \
    erroneous erroneously error errors escape escaped escapes escaping especially essay essential essentially \
    establish established establishes etag europe european eval evaluate evaluated evaluates evaluation even \
    evening event eventarc events eventually ever every everyone everything everywhere evil exact exactly examine \
    example examples exceed exceeded exceeds except exception exceptions excess excessive exchange exclude excluded \
    excludes excluding exclusion exclusive exec executable executables execute executed executes executing \
    execution executions execve exercise exhausted exhaustion exist existed existence existent existing exists exit \
    exited exiting exits expand expanded expands expansion expect expectations expected expecting expects expense \
    expensive experience experimental expiration expire expired expires explain explained explaining explanation \
    explicit explicitly exponent exponential export exported exporting exports expose exposed exposes expr express \
    expressed expression expressions extend extended extending extends extension extensions extensive extent \
    extents extern external externally extra extract extracted extracting extraction extraneous extremely face \
    facilitate facility fact factor factors factory fail failed failing fails failure failures fairly fairy faith \
    fake fall fallback fallbacks falling falls false families family famous farm farmer fashion fast faster fatal \
    father fault favor fclose fcntl fear feast feather feathers feature features february feed feedback feel fellow \
    fence ferry fetch fetched fetching fever fewer fiddle field fields fierce fifthhorseman fight figure file filed \
    filename filenames files filestore filesystem filesystems fill filled filling fills filter filtered filtering \
    filters final finally find finding finds fine finger fingerprint finish finished finite fire firebase firestore \
    firewall firmware first fish fisherman fishing fits five fixed fixes fixing fixup flag flags flaky flame flask \
    flat flatten flaws fleet flesh flexibility flexible float floating flood floor flour flow flower flush flushed \
    flushes flushing flute focus foggy fold folder folders folding folk follow followed following follows font \
    fonts foobar food foot footer fopen force forced forces forcing foreground foreign forest forever forge forget \
    fork forked form format formats formatted formatter formatting formed former formerly forms fort forth fortress \
    forty forward forwarded forwarding found fountain four fourth fraction fractional fragment fragments frame \
    frames framework france free freebsd freed freedesktop freeing freely frees freeze french frequency frequently \
    friday fridge friendly friends from front frontend frontends frost frozen fruit fsanitize fstab fstack fudge \
    full fully func function functional functionality functions functools funny furnished further future fuzz \
    fuzzer fuzzing gain gallop gaps garbage garden garlic gate gateway gateways gather gcloud gcov general \
    generally generate generated generates generating generation generator generators generic gentle gently gentoo \
    geography geometry german germany getaddrinfo gethostbyname getopt gets gettext getting ghost giant giants gift \
    girl github gitignore gitlab give given gives giving glad glass glib glibc glob global globally globals \
    globbing globe glory gloves glyph glyphs gmail gnat gnome gnulib gnupg gnutls goal goat goblin goblins goes \
    going gold golden gone good google googleapis googlecloudsdk goose goto governed governing gracefully grain \
    grained grammar grandma grandpa grant granted grants grape graph graphic graphical graphics grass grave gray \
    great greater green grep grey groff group grouped grouping groups grow growing guarantee guaranteed guarantees \
    guard guess guest guide guidelines guild gzip hack haiku half hall hallo hallway hammer hand handle handled \
    handler handlers handles handling handshake handy hang hangs happen happened happens happy harbour hard \
    hardcoded hardening harder hardware harmless harms harp harrow harvest hash hashed hashes hashing hasn hate \
    haunted have haven having hazel head header headers headline health healthcare healthy heap heart hearth heat \
    heaven heavy height held hello helmet help helper helpers helpful helps hence herb here hereby herein hermit \
    hero heuristics hexadecimal hidden hide hides hiding hierarchy high higher highest highlight highlighted \
    highlighting highly hill hinge hint hints historical history hits hobby hola hold holder holders holding holds \
    holy home homepage homework honest honey honor honored honour hoof hook hooks hope hopefully horizontal horn \
    horse host hosted hostname hostnames hosts hotel hour hours house however hppa href html http https huge human \
    hundred hungry hunt hunter hurd hurry husband hyphen hyphenation hyphens icon iconv idea ideal identical \
    identically identification identified identifier identifiers identifies identify identifying identity idle ietf \
    ifdef ignore ignored ignores ignoring illegal image images immediate immediately immutable impact impersonate \
    implement implementation implemented implementing implements implicit implicitly implied implies imply import \
    important imported importing importlib imports imposed impossible improve improved improvement improvements \
    improves improving inactive inadvertently include included includes including inclusion inclusive incoming \
    incompatible incomplete inconsistency inconsistent incorporate incorporated incorrect incorrectly increase \
    increased increases increasing increment incremental incremented incurred indeed indefinitely indent \
    indentation indented indep independent independently index indexed indexes indexing indicate indicated \
    indicates indicating indication indicator indices indirect indirectly individual individually inet infinite \
    infinity info inform informatik information informational informative infra infrastructure ingress inherit \
    inheritance inherited inherits inhibit init initial initialization initialize initialized initializer \
    initializes initializing initially initrd inject injection inline inlined inlining inner innkeeper inode inodes \
    input inputs insecure insensitive insert inserted inserting inserts inside insights inspect inspection inspired \
    install installation installations installed installer installing installs instance instances instead \
    instruction instructions instructs insufficient intact integer integers integral integrated integration \
    integrity intel intended intent intentionally interact interaction interactive interactively interacts \
    intercept interconnect interconnects interest interested interesting interface interfaces interfere \
    interference interfering intermediate internal internally internals internet interpret interpretation \
    interpreted interpreter interpreting interrupt interrupted interrupts intersection interval intervals into \
    intrinsic introduce introduced introduces introducing introduction introspection ints invalid inverse inverted \
    invisible invitation invocation invocations invoke invoked invokes invoking involved involves involving ioctl \
    iron irrespective island isolated isolation issue issued issuer issues issuing italian italic italy item items \
    iterable iterate iterating iteration iterator iterators itertools itself jacket january japan japanese java \
    jcristau jelly jester jewel jimmy jobs joey join joined joke jolly journal journey json judge juice july jump \
    june jungle just justification justify kafka keep keeper keepers keeping keeps keithp kelly kept kernel kernels \
    kettle keyboard keyring keyrings keys keyword keywords kfreebsd kibi kill killed kind kindly kinds king kingdom \
    kiss kitchen kitten knee knife knight knights knock know knowledge known knows kubernetes kwargs label labeled \
    labels lack lacks ladder lady lake lamb lambda lamp lang language languages lantern lanterns large larger \
    largest last late latency later latest latin latter laugh launch lawn layer layers layout lazy ldconfig lead \
    leading leads leaf leak leaked leaking leaks learn least leather leave leaves leaving left leftover legacy \
    legal legend lemon length lengths less lets letter letters level levels lexer lexers liable libatomic libc \
    libdir libffi libgcc libgcrypt libgo libgomp libm libpthread libraries library libs libstdc libtool libzstd \
    license licensed licenses licensing life lifetime light like likely likewise limerick limit limitation \
    limitations limited limiting limits line linear lines link linked linker linking links lint lintian linux lion \
    liquid list listed listen listening listing lists lite literal literally literals little live lively lizard \
    llvm load loadable loaded loader loading loads local locale locales localhost locally locals localtime locate \
    located location locations lock locked locking locks logged logger logging logic logical login logo logs london \
    lonely long longer look looked looking looks lookup lookups loop loopback looping loops lord lose loss lost \
    lots loup love lovely lower lowercase lowest lpthread lucky lumber lunch lyrics machine machinery machines \
    macro macros made magic maiden mail mailing main mainly maintain maintained maintainer maintainers maintaining \
    maintains maintenance major make makefile makes making malformed malicious malloc manage managed management \
    manager managers manages managing mandatory manifest manipulate manipulated manipulation manner manor manpage \
    manpages manual manually manuals many maple mapped mapping mappings maps marble marc march mare margin mark \
    marked marker markers market marking marks markup marry marsh martin mask masked masks master match matched \
    matches matching material materials math matrix matter matters maximum maxsize maybe mayor mdoc meadow meadows \
    meal mean meaning meaningful meanings means meant measure measured measures meat mechanism mechanisms media \
    medicine medium meet megabytes melon melt member members membership memberships memcpy memmove memory \
    memorystore memset mention mentioned mentioning mentions menu merchant merci mercy merely merge merged merging \
    merry mesa mesh meson message messages meta metadata metal metastore method methods metric metrics michael \
    micro microseconds microsoft middle midnight might migrate migrated migration milk mill miller milliseconds \
    mime mimetypes mind miner mingw minimal minimize minimum minor minus minute minutes mips mipsel mirror \
    mirroring mirrors misc miscellaneous misleading mismatch mismatches misrepresented missed missing mist mistake \
    mistakenly mistakes mixed mkdir mmap mode model models modern modes modification modifications modified \
    modifier modifiers modifies modify modifying modular module modules moment monday money monitor monitored \
    monitoring monitors monk monkey monster month months moon moral more moria morning mossy most mostly mother \
    mount mountain mounted mounting mounts mouse mouth move moved moves moving mozilla mtime much muddy mule multi \
    multiarch multibyte multicast multicluster multilib multiline multipart multiple multiplied multiply \
    multithreaded mummy music musl must mutex mutually mycluster myproject myself mysql nail naked name named \
    namely names namespace namespaced namespaces naming nanny narrow narrowed native natural nature near nearest \
    nearly necessarily necessary neck necklace need needed needing needle needs negative neither nephew nest nested \
    nesting netapp netbsd netdb netinet network networking networks never nevertheless newer newest newline \
    newlines newly news next nice nicer niece night noble nobody nocheck node nodes noise nonblocking none nonempty \
    nonexistent nonstandard nonzero noqa normal normalization normalize normalized normally north nose notably \
    notation note notebook notebooks noted notes nothing notice noticed notices notification notifications notify \
    notion november nowadays nroff nsswitch null number numbered numbering numbers numeric numerical numerous nurse \
    nvidia oaken oath oauth object objects obscure observed obsolete obsoleted obtain obtained obtaining obvious \
    obviously occasionally occur occurred occurrence occurrences occurs ocean octal octet october offer offered \
    offers official offline offload offset offsets often oldenburg older oldest oldstable omega omit omitted \
    omitting once ones onion online only onto opaque opcode open openbsd opened opening opens openssl operand \
    operands operate operates operating operation operations operator operators opposed opposite optimal \
    optimization optimizations optimize optimized option optional optionally options opts oracle orange orchard \
    order ordered ordering orders ordinary organization organizations oriented orig origin original originally \
    orphan other others otherwise ourselves outdated outer outgoing outlaw outline output outputs outputting \
    outside outstanding oven over overall overflow overflows overhead overlap overlapping overlay overloaded overly \
    overridden override overrides overriding overrun overview overwrite overwrites overwriting overwritten owned \
    owner owners ownership owns pack package packaged packages packaging packed packet packets padding page pager \
    pages paging paint pair pairs palace pale paper paragraph paragraphs parallel param parameter parameters params \
    parent parentheses parenthesis parents paris parse parsed parser parsers parses parsing part partial partially \
    particular particularly parties partition partitions parts party pass passed passes passing passphrase passwd \
    password passwords past paste patch patched patches patent path pathname pathnames paths patrol pattern \
    patterns pause payload peace peach pearl pebble peer peered peering penalty pending penny people pepper percent \
    percentage perfect perform performance performed performing performs perhaps period periodic periods perl \
    permanent permanently permission permissions permissive permit permits permitted perpetual perry persistent \
    person personal persons pertaining peter phase phone physical physics piano pick picked pickle picnic picture \
    piece pieces pigeon pillow pilot pink pipe pipeline pipelines pipes pirate pitch pixel pixels pixmap pkey \
    pkgconfig place placed placeholder placement places placing plain plainly plaintext plan plane planet planned \
    plans plate platform platforms play player pleasant please plough plugin plugins plus pocket poem poet poetry \
    point pointed pointer pointers pointing points poison policies policy polite poll pond pony pool pools poor \
    popular populate populated porch port portability portable portal ported porter porting portion portions ports \
    position positional positions positive positives posix possibility possible possibly post postinst postrm \
    potato potential potentially potion pottery power powerpc practice pragma preamble precede preceded precedence \
    preceding precise precisely precision predefined predict prediction prefer preference preferences preferred \
    prefix prefixed prefixes prefixing preparation prepare prepared preparing prepend prepended preprocessor \
    presence present presented preserve preserved preserves preserving pretty prev prevent prevented preventing \
    prevents preview previous previously priest primarily primary prime primitive primitives prince princess \
    principal principals print printable printed printer printf printing prints prior priorities priority prism \
    prison privacy private privilege privileged privileges probably problem problematic problems proc procedure \
    procedures proceed proceeding process processed processes processing processor processors prod produce produced \
    producer produces producing product production products profile profiles prog program programmer programmers \
    programming programs progress prohibited project projects promote promoted prompt prompted prompting prompts \
    prone proof proofread propagate propagated propagation proper properly properties property proposed proprietary \
    protect protected protection protector proto protocol protocols prototype prototypes proud provide provided \
    provider providers provides providing provision provisioned proxies proxy pseudo pthread pthreads public \
    publicity publicly publish published publishing pubsub pull pulled pulls pumpkin punctuation puppy pure purely \
    purge purple purpose purposes push pushed puts putting puzzle pygments pypa python qualified qualifier quality \
    quarrel quarry queen queried queries query querying quest question questions queue queued queues quick quickly \
    quiet quill quilt quit quite quota quotas quote quoted quotes quoting rabbit race races rafters rain rainbow \
    raise raised raises raising ramen rand random randomly range ranger ranges rare rarely rate rather ratio \
    rationale raven reach reached reaches read readability readable reader readers reading readline readonly reads \
    ready real reality realloc really reason reasonable reasonably reasons reboot rebuild rebuilt receipt receive \
    received receives receiving recent recently recipe recipient recipients recognize recognized recognizes \
    recommend recommendation recommended recommender recommending recommends record recorded recording records \
    recover recovery recreate rectangle recurse recursion recursive recursively recv redefine redefinition redhat \
    redirect redirected redirection redirects redis redistribute reduce reduced reduces reducing reduction \
    redundant reentrant refactor refactoring refer reference referenced references referencing referred referring \
    refers reflect reflecting reflects refresh refs refuse refuses regarding regardless regenerate regenerated \
    regex regexp region regional regions register registered registering registers registration registrations \
    registry regression regressions regular reject rejected rejects related relation relations relationship \
    relative relatively relax release released releases relevant reliability reliable reliably relic relied relies \
    reload relocation rely relying remain remainder remaining remains remember remote removal remove removed \
    removes removing rename renamed renames renaming render rendered rendering reordering repair repeat repeated \
    repeatedly replace replaced replacement replaces replacing replica replication replies reply repo report \
    reported reporting reports repos repositories repository represent representation represented representing \
    represents reproduce reproducible request requested requesting requests require required requirement \
    requirements requires requiring rescue reservation reservations reserve reserved reset resets reside resident \
    resides resize resolution resolv resolve resolved resolver resolves resolving resource resources resp respect \
    respective respectively respects response responses responsibility responsible rest restart restarted restarts \
    restore restored restores restoring restrict restricted restriction restrictions restrictive result resulted \
    resulting results resume retain retained retains retention retries retrieve retrieved retrieves retrieving \
    retry retrying return returned returning returns reuse reused reverse reversed revert reverted reverting \
    reverts review revised revision revisions revoke revoked rework rewrite rewritten rhyme rice rich riddle rider \
    right rights ring riscv risk river rivers road roast robe robust robustness rock role roles rollout roof room \
    rooster root roots rope rose rotate rotten rough roughly round rounded rounding route router routers routes \
    routine routines routing rows royal royalty rpath ruby ruin rule rules rumour runner running runs runtime \
    runtimes russia russian sack sacred saddle safe safely safer safety said sailor sailors saint salad sale salsa \
    salt same sample samples sampling sand sandbox sandy sanitizer sanity satisfied satisfy saturday sausage \
    savannah save saved saves saving says sbin scalar scale scaled scaling scan scanned scanner scanning scans \
    scarecrow scared scenario scenarios sched schedule scheduled scheduler schedules scheduling schema schemas \
    scheme schemes school scope scoped scopes score scratch screen script scripting scripts scroll seal search \
    searched searches searching season seccomp second secondary seconds secret secrets section sections secure \
    security seed seek seem seems seen segfault segment segmentation segments select selectable selected selecting \
    selection selector selects self sell semantic semantics semi semicolon semicolons send sending sendmsg sends \
    sense sensible sensitive sent sentence separate separated separately separating separator separators september \
    sequence sequences sequential serial serialization series serious serve server servers serves service \
    serviceable services serving session sessions setgid setlocale sets setting settings setuid setup setuptools \
    seven several severity shadow shall shallow shape share shared shares sharing sharp shebang sheep shell shells \
    shelter shepherd shield shift shifted shine ship shipped shipping shirt shlibs shoe shop shore short shortcut \
    shorter shorthand shot should shoulder shouldn shovel show showing shown shows shut shutdown side sigaction \
    sign signal signals signature signatures signed significant significantly signifies signing signs silence \
    silent silently silk silly silver similar similarly simple simpler simplified simplifies simplify simply \
    simultaneous simultaneously since sing single sister site situation situations size sized sizeof sizes skin \
    skip skipped skipping skips skull slash slashes sleep sleeve slice slices slight slightly slippers slogan slot \
    slots slow slower small smaller smallest smart smell smile smith smoke snack snake snapshot snapshots snippet \
    snippets snow snprintf soap sock sockaddr socket sockets soft softly software soldier soldiers sole solely \
    solution solutions solve some somebody somehow someone something sometimes somewhat somewhere soname song \
    sonnet soon sorrow sorry sort sorted sorting soul sound soup sour source sourceforge sources sourceware south \
    space spaces spacing spain span spanish spanner sparc sparrow sparse spawn spear spec special specialized \
    specially specific specifically specification specifications specified specifier specifiers specifies specify \
    specifying specs speed speeds spell spelling spices spider spirit split splits splitting spoon spring sprintf \
    spurious sqrt square squirrel srcdir stability stable stack stacklevel stage stages staging stairs stale stamp \
    stand standalone standard standardized standards stanza star start started starting starts startup stat state \
    stated statement statements states static statically staticmethod statistics stats statue status statuses stay \
    stddef stderr stdin stdint stdio stdlib stdout steal steel steep step steps stew stick still stolen stone stop \
    stopped stopping stops storage store stored stores stories storing storm story stove straight stranger strategy \
    straw stray stream streamed streaming streamreader streams streamwriter street stretch strict stricter strictly \
    string strings strip stripped stripping strlen strong strongly struct structs structure structured structures \
    stub stubs stuck stuff stupid style styles stylesheet subclass subclasses subdir subdirectories subdirectory \
    subject sublicense submit submitted subnet subnets subnetwork subnetworks subprocess subscription subscriptions \
    subsections subsequent subsequently subset substantial substitute substituted substitution substitutions \
    substring subsystem subtle succeed succeeded succeeds success successful successfully successive such suddenly \
    sudo sufficient sufficiently suffix suffixes sugar suggest suggested suggestion suggestions suitability \
    suitable suite summarise summarize summary summer sunday sunny sunset super superfluous superseded superset \
    superuser supper supplementary supplied supplies supply support supported supporting supports supposed suppress \
    suppressed suppresses sure surface surrounding suse suspend suspended swamp swap swaps sweet swim switch \
    switched switches switching sword swords symbol symbolic symbols symlink symlinks symmetric sync synchronize \
    synchronously synonym synopsis syntax syscall syscalls sysconfig sysfs syslog system systemd systems sysv table \
    tables tabs tagged tags tail tailor take taken takes taking tale talk tall tapestry tarball tarballs target \
    targeted targeting targets task tasks tavern teach team teapot tears technical technically tell tells temp \
    tempfile template templates temple temporarily temporary tenancy term terminal terminals terminate terminated \
    terminates terminating termination terms terraform test testcase tested testing tests testsuite texi texinfo \
    text textual than thank thanks that their them theme themselves then theory there thereby therefore thereof \
    these they thick thief thieves thin thing things think third thirsty this thorn those though thought thousand \
    thread threaded threading threads threat three threshold throne through throughout throughput throw thunder \
    thursday thus thyrsus tier tiger timber time timed timeout timeouts timer timers times timestamp timestamps \
    timeval timezone timid timing tiny tion tired title titles tjaalton tmac tmpfs tobacco tobias today together \
    token tokens told tomb tommy tomorrow tongue took tool toolchain tools tooth topic topics torch total touch \
    towards tower town toys tpus trace traceback traces tracing track tracked tracker tracking tracks trade \
    trademark trader traditional traffic trailer trailing training transaction transactions transfer transferred \
    transfers transform transformation transformed transforms transient transition transitional transitions \
    translate translated translates translating translation translations transmission transmit transmitted \
    transparent transparently transport trap travel traversal traverse traverses traversing treasure treat treated \
    treating treatment treats tree trees tribe trick tried tries trigger triggered triggering triggers trim trip \
    triple triples trivial troff troll trouble true trumpet truncate truncated truncation trunk trust trusted truth \
    trying tuesday tune tuning tunnel tuple tuples turn turned turnip turns tutorial tweak tweaks tweet twelve \
    twenty twice type typed typedef types typical typically typing typo typos ubuntu udeb udev ugly umask umbrella \
    unable unaffected unavailable unbreakable unchanged uncle uncompressed undef undefined under underflow \
    underline underlying underscore underscores understand understands understood undo undocumented unencrypted \
    unexpected unicode unified uniform unimplemented uninitialized uninstall uninstalled union unique uniquely \
    unistd unit units unittest universal unix unknown unless unlike unlikely unlimited unlink unload unlock \
    unmanaged unmodified unnecessarily unnecessary unneeded unpack unpacked unprivileged unreachable unrecognized \
    unreferenced unregister unrelated unsafe unset unsigned unspecified unstable unsupported until untouched \
    untrusted unusable unused unusual unversioned unwanted unwind upcoming update updated updates updating upgrade \
    upgraded upgrades upgrading upload uploaded uploaders uploading uploads upon upper uppercase upstream urgency \
    urllib urls usable usage used useful useless user username users userspace uses using usual usually util \
    utilities utility utils uuid valgrind valid validate validated validating validation validity valley value \
    valued values vampire vanzandt variable variables variant variants variation variations varies variety various \
    vars vary vector vectors velvet vendor verbatim verbose verbosity verification verified verify verifying versa \
    verse version versionadded versioned versioning versions versus vertical very veteran vice video view viewed \
    viewer viewing views village villager vine violates violation violin virtual visibility visible vision visit \
    visual vmware vocabulary voice void volatile volume volumes vroff vsnapshot vulnerability vulnerable wagon wait \
    waiting waits walk wall walnut walter wander want wanted wants wardrobe warm warn warning warnings warns \
    warranties warranty warrior wasn waste watch water wave ways weak weapon weather weaver website wedding \
    wednesday week weeks weight weird welcome well went were west what whatever wheat wheel when whenever where \
    whereas whether which while whisper whistle white whitespace whitespaces whole whom whose wick wide widely \
    wider widget widgets widow width wife wiki wikipedia wild wildcard wildcards will willow wind windmill window \
    windows wine wing winter wire wise wish witch with within without wizard wolf woman wonder wood wooden wool \
    word wording words work workaround worked worker workers workflow workflows workforce working workload \
    workloads works workshop workstation workstations world worldwide worry worst worth would wouldn wound wrap \
    wrapped wrapper wrappers wrapping wraps wrist writable write writer writes writing written wrong wrongly wrote \
    xargs xorg yahoo yaml year years yellow yesterday yield yields young your yourself zebra zero zeroes zeros \
    zipfile zlib zonal zone zones zstd
    """
