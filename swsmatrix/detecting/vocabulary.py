"""The words that the finders go by, in the languages in which people write here. Words only."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What follows an @ that calls everybody, or that is short for "at".
NOBODY = _words("""
room here everyone everybody all channel mods mod admins admin stewards team group home work night noon
midnight the my his her their this that our your hotel bar club station corner airport door apartment front
back school bus around about alle todos tous tutti todas iedereen allen
""")

# Where people have accounts.
PLATFORMS = _words("""
insta instagram ig snap snapchat sc tg telegram twitter tiktok kik wechat line discord vk fb facebook
messenger skype cashapp venmo paypal revolut bizum onlyfans threema signal session wire bluesky mastodon
grindr tinder badoo viber zalo kakaotalk kakao threads linkedin reddit fetlife wickr qq 微信 微信号 微博
抖音 抖音号 инста инстаграм телеграм телеграмм тг вк انستا تيليجرام
""")

# Figures from zero to nine, and the tens and hundreds by which numbers are said in pairs and threes.
FIGURES = _words("""
zero oh nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred double
triple treble plus null eins ein zwei zwo drei vier fünf fuenf sechs sieben acht neun zehn elf zwölf
dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig dreissig vierzig fünfzig
sechzig siebzig achtzig neunzig hundert doppel und zéro un deux trois quatre cinq sept huit neuf dix onze
douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante octante huitante
nonante cent et cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
dieciséis dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro
veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta
noventa cien ciento y um uma dois duas três quatro sete oito nove meia dez doze treze catorze dezasseis
dezesseis dezassete dezessete dezoito dezanove dezenove vinte trinta quarenta cinquenta sessenta oitenta e
due tre quattro cinque sei sette otto dieci undici dodici tredici quattordici quindici sedici diciassette
diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento nul een één twee
drie vijf zes zeven negen tien twaalf dertien veertien vijftien zestien twintig dertig veertig vijftig
zestig zeventig tachtig negentig en dubbel jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć
jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście
dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt
dziewięćdziesiąt sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset unu doi două
doua trei patru cinci șase şase sase șapte şapte sapte opt nouă noua zece unsprezece doisprezece douăzeci
treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci și si ноль нуль один одна два две три четыре
пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать
семнадцать восемнадцать девятнадцать двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят
девяносто сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот дві чотири п'ять пʼять
шість сім вісім дев'ять девʼять ять п дев ʼять одинадцять дванадцять двадцять тридцять п'ятдесят шістдесят
сімдесят вісімдесят дев'яносто двісті п'ятсот шістсот сімсот вісімсот нула едно четири пет шест седем осем
девет един jedan jedna dva tři tri čtyři štyri četiri pět päť pet šest šesť sedm sedem sedam osm osem osam
devět deväť devet nula deset desať sıfır bir iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli
altmış yetmiş seksen doksan yüz μηδέν ένα δύο δυο τρία τέσσερα πέντε έξι επτά εφτά οκτώ οχτώ εννέα εννιά
δέκα έντεκα δώδεκα είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα noll nolla ett två fyra
fem sex sju åtta nio to fire seks syv otte åtte ni tyve yksi kaksi kolme neljä viisi kuusi seitsemän
kahdeksan yhdeksän nulla egy kettő két három négy öt hat hét nyolc kilenc tíz húsz harminc negyven ötven
hatvan hetven nyolcvan kilencven không một hai ba bốn năm sáu bảy tám chín nol kosong satu dua tiga empat
lima enam tujuh delapan sembilan lapan isa dalawa tatlo apat anim pito walo siyam sifuri moja mbili tatu nne
tano sita saba nane tisa ek do teen char chaar paanch panch chhe cheh saat aath nau shunya صفر واحد اثنان
اثنين ثلاثة اربعة أربعة خمسة ستة سبعة ثمانية ثمانيه تسعة عشرة یک دو سه چهار پنج شش هفت هشت نه אפס אחת אחד
שתיים שניים שלוש ארבע חמש שש שבע שמונה תשע शून्य एक दो तीन चार पांच पाँच छह छः सात आठ नौ ศูนย์ หนึ่ง สอง สาม
สี่ ห้า หก เจ็ด แปด เก้า 零 〇 一 二 三 四 五 六 七 八 九 幺 两 ゼロ れい いち に さん よん し ご ろく なな
しち はち きゅう く 공 영 일 이 삼 사 오 육 칠 팔 구
""")

# What stands before telephone numbers.
CALLING = _words("""
call calls called text texts texted tel tele telephone phone phoned cell mobile mob number numbers num nr no
whatsapp wa signal sms viber line landline ring rings handy handynr nummer telefon telefono teléfono
telefonu ruft anruf fixnet téléphone tél numéro numero número appelle portable cel celular móvil movil llama
fijo telemóvel telemovel liga ligar chiama cellulare telefoon belt mobiel numer komórka tel. dzwoni numărul
sună telefonul тел телефон номер номером номера звонит звонил дзвонить моб numara arıyor cep τηλ τηλέφωνο
κινητό σταθερό ringer telefonnummer mobilnummer numret volá telefonní číslo szám telefonszám hívjon sđt số
hp nomor nope namba simu رقم رقمه رقمها جوال موبايل تلفون هاتف 电话 電話 手机 手機 号码 電話番号 携帯 番号
번호 전화 연락처 เบอร์ โทร टेलीफोन नंबर फोन טלפון נייד מספר
""")

# What stands before other long numbers.
COUNTED = _words("""
order orders report case ref reference ticket tracking invoice serial pin code file version receipt booking
claim aktenzeichen bestellung auftrag rechnung bestellnr steuernummer commande facture dossier réf pedido
factura expediente ordine fattura zamówienie faktura pesel cpf заказ снилс инн
""")

# What announces a licence plate.
PLATE = _words("""
license licence plate plates numberplate reg registration registered rego tag tags vrm kennzeichen kfz
nummernschild nummernschilder plaque plaques immat immatriculé immatriculée immatriculation matricula
matrícula matrículas matriculas patente patentes placa placas dominio targa targhe targata targato kenteken
kentekens nummerplaat rejestracja rejestracji rejestracją rej tablica tablice tablicy tablic blachy blachach
numere număr numărul înmatriculare номер номера номером номери номерами номерний госномер госномером plaka
plakası plakalı πινακίδα πινακίδες πινακίδας πινακιδα αριθμός regnr regnummer registreringsnummer
nummerplade skilt skilte reknro rekkari rekisterinumero spz rz espezetka rendszám rendszáma rendszámú nopol
plat polisi biển số pleti namba ทะเบียน ป้ายทะเบียน 车牌 车牌号 車牌 車號 ナンバー ナンバーは 번호판 차번호
لوحة اللوحة نمرة رقم לוחית מספר
""")

# What stands near licence plates: vehicles, makes.
CAR = _words("""
van car cars vehicle sedan suv truck pickup jeep taxi cab uber lyft bike motorbike motorcycle scooter moped
lorry ute hatchback saloon coupe wagon minivan driving drives drove parked rickshaw boda matatu okada keke
tuk auto toyota honda ford chevy chevrolet nissan hyundai kia mazda subaru bmw audi mercedes benz vw
volkswagen golf polo passat opel vauxhall astra corsa renault clio kangoo peugeot citroen citroën fiat panda
seat ibiza skoda škoda octavia fabia dacia logan duster volvo saab lexus tesla dodge cadillac camry civic
corolla accord hilux transit sprinter vito yamaha suzuki kawasaki mitsubishi isuzu tata maruti swift innova
fortuner ducato berlingo partner wagen bus kombi transporter lkw lieferwagen caddy roller motorrad voiture
camion camionnette fourgon fourgonnette utilitaire berline moto break coche furgoneta camioneta camión carro
autos carrinha furgão táxi veículo macchina furgone furgoncino busje bestelbus bestelwagen samochód
furgonetka auta mașină masina dubă машина машины авто фургон легковая такси тачка бус микроавтобус
автомобіль автівка araba arabanın minibüs kamyonet taksi αυτοκίνητο αμάξι βαν φορτηγάκι ταξί μηχανή bil
skåpbil bilen varebil varevogn dodávka autó kocsi furgon kisbusz mobil motor truk xe gari pikipiki basi
""")

# Capitals that stand beside figures without being a plate: money, makes, models, times, units.
NO_PLATE = _words("""
EUR USD GBP CHF PLN RON UAH TRY INR AED BRL MXN RUB CZK HUF CAD AUD NOK SEK DKK BMW AMG VW ICE IC RE RB RTX
GTX COVID PM AM UHR KM KMH GLOCK AK AR CLA CLS GLA GLC GLE GLK SLK GTI TDI TSI IS RX NX GPS CG XR CB YZ GSX
RAV CRV CX USB HDMI WIFI SIM PIN ISO UTC GMT CET EST PST CDT HIV AIDS PSG BB MI TV PS US UK EU NY LA DC SW
NW SE NE RAL MP CCTV ART ABS NR NO ST CH OM GR COACH LEVEL ROOM UNIT APT FLAT BOX TRAM BUS LINE
""")

# Kinds of street that follow their name, where the number precedes it: 12 Main Street.
STREET_BEHIND = _words("""
st street str rd road ave avenue av blvd boulevard ln lane dr drive drv ct crt court pl place pkwy parkway
way terrace ter tce cir circle cct circuit sq square hwy highway close crescent cres gardens gdns grove mews
row walk hill alley trail trl loop park quay rise green parade pde esplanade plaza nagar marg cross main
layout enclave colony vihar turnpike tpke pike broadway wharf yard vale view croft heights ridge crossing
bypass wynd bend path embankment chowk avenida calle estate
""")

# Not in names of streets, in lower case: "2 guys down the road", "20 min drive".
LOOSE = _words("""
the a an of on in at from down up off by and or to for with near along across under my our his her their
this that same other next guys guy men man people cars car girls women cops mins min minutes hours hour hr
hrs am pm blocks block miles mile km bucks dollars pounds years yrs days nights times more per one two side
back feet ft yards meters metres lbs euro euros about than quiet dark empty wide open long exit lanes
""")

# Kinds of street that precede their name: rue des Lilas 14.
STREET_BEFORE = _words("""
rue avenue avda avd avenida av ave bd bld bvd boulevard allée allee chemin ch impasse quai cours place route
rte passage square faubourg calle cl bulevar plaza pza pl paseo pº ronda carretera ctra camino travesía
callejón pasaje carrera cra kra cr calzada privada prolongación avinguda carrer rua travessa tv alameda al
largo lgo praça pça estrada est rodovia rod via viale corso piazza piazzale vicolo lungomare strada stradă
str șos şos șoseaua bulevardul calea aleea piața ul ulica ulice ulici aleja aleje os osiedle plac rynek nám
náměstí třída tř улица ул вулиця вул просп проспект пр пер переулок провулок пров пл площадь площа бульвар
бул шоссе наб набережная мкр οδός οδος οδού λεωφ λεωφόρος λεωφόρου πλ πλατεία straße strasse am jl jln jalan
gang lorong đường phố rruga trg bul улице
""")

# What names of streets end with, before their number: Lindenstraße 4.
STREET_ENDINGS = _words("""
straße strasse str gasse gässli allee weg platz ring ufer damm steig stieg chaussee promenade pfad graben
twiete straat laan kade plein gracht dreef singel steeg dijk burgwal gatan gata vägen gränd torget stigen
gaten gate veien vegen vei gade vej stræde plads torv allé katu tie kuja polku tänav utca iela
""")

# Kinds of street that follow their name, and precede the number: Papatya Sok. 5.
STREET_AFTER_NAME = _words("""
straße strasse str allee platz weg gasse ring ufer damm chaussee straat laan plein utca út útja tér körút
köz sok sokak sokağı sk cad cadde caddesi cd bulvarı blv mah mahallesi пр просп ул пер наб бул вул iela
tänav gatvė gata väg gade allé katu шоссе улица проспект переулок бульвар вулиця tie gate vei plads
""")
