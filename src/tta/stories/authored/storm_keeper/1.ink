# id: storm_keeper
# version: 1
# title: The Storm Keeper
# summary: For one long night you mind the light on Farrow Skerry, in islands where the weather answers to what people feel, while the year's great storm crosses over.
# world: the Kerrin Isles
# language: en

VAR honest = 0
VAR gift = 0
VAR grounded = 0
VAR tobin = 0
VAR bell = 0
VAR sefa = 0
VAR steady = 0
VAR front = 0

-> jetty

=== jetty ===
# scene: jetty
# approach: dbt
# intensity: 1
# readiness: any
# location: jetty
# characters: maren
The rope-ferry bumps against the jetty at Farrow Skerry, and a small wind gets off with you. It has been following you since the mainland: a fidgety thing, no bigger than a cat, that tugs your laces and turns your collar up. Nobody on the ferry stared. In the Kerrin Isles, everyone brings their own weather.

At the top of the steps stands the lighthouse, white going pink in the last of the sun. Halfway down stands its keeper: a broad woman in a yellow coat, with a mug in each hand. The card you answered is still in your pocket. "Keeper wanted, one night, perhaps longer. Must have weather."

'Maren Oake,' she says, and gives you a mug. She looks at the little wind worrying your ankles, and out to the west, where a dark line is ruled along the bottom of the sky. 'That's the Front. Comes once a year, takes a night to cross. So. How are you feeling about it?'

+ ['Nervous. You can see it from here.' # id: tell]
  ~ honest = 1
  'I am nervous,' you say. 'It's been pulling my laces since noon.'
  -> answered
+ ['Fine. Absolutely fine.' # id: fine]
  'Fine,' you say, and the little wind takes your hat.
  -> answered
+ ['Curious, mostly.' # id: curious]
  ~ honest = 1
  'Curious,' you say, and find that it is true, and that it isn't all. 'And a bit sick.'
  -> answered

= answered
{honest: Maren nods as if you had told her the time. The wind at your feet turns round twice, and lies down. 'There,' she says. 'It likes to be introduced.'|Maren catches the hat with the ease of long practice and puts it back on your head. 'I said that too, my first night,' she says. 'We lost the henhouse roof. Nobody hurt. Very surprised hens.'}

'Two things before you climb. Every boat in the Isles is in; I counted them home myself, twice. And there's a second lamp below the first, that lights itself if the first goes out. So nobody's safety hangs on you tonight. What I'm asking for is company.' She drinks her tea. 'Weather goes over more kindly when somebody sits up with it.'

+ [Follow her up to the keeper's house # id: house # to: kitchen]
  -> kitchen
+ [Ask for a minute by the water first # id: water # to: tide_steps]
  -> tide_steps

=== tide_steps ===
# scene: tide_steps
# approach: mindfulness
# intensity: 1
# readiness: any
# location: shore
# skill: mindful_noticing
# topics: deep_water
The steps go down into the tide and keep going, green and then black. You sit on the lowest dry one with the warm mug in your hands. Maren has gone ahead; her boots scrape, and stop, and a door bangs kindly.

Cut into the stone by your knee is a row of small pictures, worn by many thumbs: a sun behind a cloud, slanting lines, a spiral, a flat line. A keeper's joke, or a keeper's tool. Which is it in there, just now?

+ [Slanting lines: something like rain # id: rain]
  You put your thumb in the slanting lines. Something like rain. You look for where it falls, and it is in your chest, low down, a fine steady wetting.
  -> noticing
+ [The spiral: thoughts going round # id: spiral]
  You put your thumb in the spiral. It has been going round since breakfast: the lamp, the stairs, the lamp. You watch it go round once without getting on.
  -> noticing
+ [The flat line: not much at all # id: flat]
  You put your thumb in the flat line. Not much at all: a grey calm, or a wait. You look at that as well, since it is what there is.
  -> noticing
+ [The sun behind a cloud: mixed # id: mixed]
  You put your thumb on the sun behind its cloud. Two things at once, glad and dreading, and neither of them cancels the other.
  -> noticing

= noticing
You don't try to improve it. A wave comes up a step, thinks better of it, and goes. Another comes up two. By the fifth or sixth, what you found has shifted a little by itself, as a cloud does when you look away and back. # practised: mindful_noticing

Somebody has cut words under the pictures, very small. "Weather, not climate." You finish the tea.

+ [Go up to the house # id: house # to: kitchen]
  -> kitchen

=== kitchen ===
# scene: kitchen
# approach: dbt
# intensity: 1
# readiness: any
# location: keeper's house
# topics: letting_go
# characters: maren
The keeper's kitchen is round, since the tower is, and everything in it has been bent to fit: round dresser, round bench, even a curved loaf. One bag stands packed beside the door. Maren sees you see it.

'Forty-one Fronts,' she says. 'My sister Isolde grows apples on the mainland, and I have never once been there for the picking, because it falls on Front week. I want to be on the morning ferry. I want to stand under a tree and have nothing whatever to look after.' Rain taps on the window, four or five drops from a clear sky. She wipes her eyes, and it stops. 'Pay no heed. I can be glad and sorry. Most mornings the forecast says both.'

She opens a drawer and sets three things on the table. 'Keepers hand one on. Which speaks to you?'

+ [A tin of crystallised ginger # id: ginger]
  ~ gift = 1
  You take the tin. It rattles. 'Hot enough to bring you back from wherever your mind has gone,' says Maren. 'Small bites.'
  -> chosen
+ [A brass whistle # id: whistle]
  ~ gift = 2
  You take the whistle. It is heavier than it looks. 'For when you'd like somebody to come,' says Maren. 'It took me nineteen years to blow it. Try to be quicker.'
  -> chosen
+ [A piece of green sea-glass # id: glass]
  ~ gift = 3
  You take the glass. It was once a bottle with edges, and is now as smooth as a sucked sweet. 'The sea did that without hurrying,' says Maren.
  -> chosen

= chosen
It goes into your pocket, beside the card. Overhead, something large and made of glass gives a single, soft chime.

'She wants lighting,' says Maren. 'Come up, and I'll introduce you.'

+ [Climb to the lamp room # id: climb # to: lamp_room]
  -> lamp_room

=== lamp_room ===
# scene: lamp_room
# approach: dbt
# intensity: 1
# readiness: any
# location: lamp room
# characters: maren
A hundred and twelve steps. Then a room that is all window, with the lamp in the middle like a beehive made of crystal. Maren shows you the wick, the key and the brass rail. You turn the key, and the flame stands up, blue and then gold.

It leans towards you. You hold your breath, and the beam, far out on the water, narrows to a thread; you let it go, and the beam widens again.

'She takes after whoever's nearest,' says Maren. 'That isn't a test. You'll be frightened and she'll flicker. I've been furious in here, and bored, and once I laughed so hard that they saw it on the mainland. You needn't be calm. You notice, you do the next small thing, and she comes round.' She yawns like a door. 'I'll be in the box bed by the stove, if I'm wanted.'

You hear her go down all one hundred and twelve. The dark line in the west is thicker. On the desk lies the keepers' log; beyond the glass, the gallery runs round the tower, open to the sky.

+ [Go out on the gallery and look at the Front # id: look # to: gallery]
  -> gallery
+ [Sit down with the log first # id: log # to: log_room]
  -> log_room
+ [Go down to the landing, where the speaking tubes are # id: tubes # to: landing]
  -> landing

=== log_room ===
# scene: log_room
# approach: mindfulness
# intensity: 1
# readiness: any
# location: lamp room
# skill: defusion_naming
# topics: self_compassion, self_criticism
The log goes back two hundred years in thirty hands. You expected wind speeds. What the keepers wrote is odder, and better.

"Noticing dread. Wind W, rising. Had soup." And in round schoolroom letters: "Noticing the thought that I am the worst keeper there ever was. The thought stayed an hour. Polished the rail meanwhile." And forty-one years ago, in a hand you know from the card: "Noticing I said I was fine. Henhouse."

Nobody has written "I am dread". Every line begins the same way, with a keeper standing a small step to one side of the weather and saying what goes by. There is a fresh page with tonight's date, and a pen.

+ [Write down a feeling: 'Noticing…' # id: feeling]
  You name the one that is nearest, whichever it is, and write its name out in full. On paper it has a size. It is about as long as a matchstick. # practised: defusion_naming
  -> written
+ [Write down a thought: 'Noticing the thought that…' # id: thought]
  You catch the one that has been nagging you and write it down, with "noticing the thought that" in front. Then you read it twice. It is still there; but now you are reading it, and a minute ago it was reading you. # practised: defusion_naming
  -> written
+ [Write down only what you can see # id: seen]
  "Noticing: lamp lit. One moth. My own hand, writing." It is a short entry and all of it is so. That turns out to be restful.
  -> written

= written
You blot the line. The flame has stopped leaning and stands straight, as though it too had been waiting for somebody to say so.

Something gurgles beneath the floor, and clears its throat. The speaking tubes, down on the landing.

+ [Go down and answer # id: answer # to: landing]
  -> landing
+ [First look at the Front from the gallery # id: look # to: gallery]
  -> gallery

=== gallery ===
# scene: gallery
# approach: dbt
# intensity: 3
# readiness: any
# location: gallery
# skill: stop_skill
# warnings: storm
# topics: anxiety, heights
From inside it was a line. From the gallery it is a wall. It stands on the sea from end to end, blue-black, and slow lightning walks about inside it like somebody with a lamp looking for their keys. It is all that the islands did not have time to feel this year, says the card on the door, and it is coming home.

Your heart bangs. Your small wind leaps up and becomes a large one; the shutters begin to clap. "Do something", say your hands, "anything, now". There are four levers by the door, and you do not know what a single one of them does. You have already got hold of the nearest.

Enamelled on the wall at the height of your eyes are four letters: S, T, O, P.

+ [S: stop. Hands still on the lever, moving nothing # id: stop]
  -> step_back
+ [Pull it! # id: pull]
  You pull. Somewhere below, with great ceremony, a dinner gong sounds. Nothing else happens. From the box bed comes a muffled voice: 'Not that one!'
  It is so silly that it makes a gap, and in the gap you read the four letters again. It isn't too late for S.
  -> step_back

= step_back
You stop. You don't calm down; you only stop, like a child in a game of statues, with the wind going through your sleeves.

T, take a step back. There is a worn place on the boards a stride behind you, where other keepers have stood.

+ [Step back on to it, and let one breath go all the way out # id: back]
  You step back. The breath goes out as far as it goes, and the next one comes in without being sent for. The lever is now just out of reach. The storm is precisely as large as it was.
  -> observe
+ [Step back and lean on the wall behind you # id: lean]
  You step back until the tower has your whole back. It has stood here two hundred years, and does not seem to mind being leaned on.
  -> observe

= observe
O, observe: inside and outside. What is there?

+ [Begin inside: the body # id: inside]
  Jaw tight. Hands cold. Heart quick, but regular. A thought, "I've no idea what I'm doing", which is partly true and very loud. Then outside: the wall of cloud is miles off yet. The shutters only want latching. No boat anywhere.
  -> proceed
+ [Begin outside: the facts # id: outside]
  The Front is miles off yet. The shutters clap because a hook is loose. No boat anywhere. Then inside: a quick heart, cold hands, and a thought that says "now, now, now" about something that is due in three hours.
  -> proceed

= proceed
P, proceed, with your eyes open. Out of everything that could be done, what would help a little?

+ [Latch the shutter; leave the levers be # id: latch]
  You drop the hook in its eye. One small clean click, and that noise at least is over. The wind you brought subsides to a breeze, and nudges your hand. # practised: stop_skill
  -> after
+ [Read the labels on the levers # id: labels]
  They have labels: VENT, BLIND, GONG, SPARE GONG. You laugh, and the beam throws a bright loop across the sea. Nothing needs pulling at present. # practised: stop_skill
  -> after
+ [Do nothing on purpose: watch it for a minute # id: watch]
  You watch it for a minute by the clock. It is terrible, and rather splendid. Doing nothing on purpose feels altogether different from being frozen; it has your name on it. # practised: stop_skill
  -> after

= after
Behind you the floor gurgles. Someone is trying the speaking tubes on the landing.

+ [Go down and answer # id: answer # to: landing]
  -> landing

=== landing ===
# scene: landing
# approach: dbt
# intensity: 1
# readiness: any
# location: landing
{landing > 1: The landing again: bench, brass tubes, and the clock, which has moved on. {boathouse + fogholm + sefa_door < 2:The tide has turned, but the causeways are still bare.|The air has that tin taste which comes before thunder.}|Halfway down the tower is a landing with a clock, a bench, and a row of brass speaking tubes that run out along the causeways to the other islands. By the clock there are some hours yet before the Front arrives, and the tide is low: time for an errand or two, and no need for any.}

{not boathouse: The tube marked COBBLE HARD is full of hammering, and a young man's voice using words that steam.|{tobin: The Cobble Hard tube hums; someone in the boathouse is planing wood, and whistling.}} {not fogholm: The one marked FOGHOLM says nothing, but a thread of white mist is coming out of it.|{bell: A little lamplight seems to come along the Fogholm tube, though that is impossible.}} {not sefa_door: And somebody is knocking at the tower door in a patient, two-handed way, as if with rolled-up paper.}

{boathouse + fogholm + sefa_door < 2: Which is it to be?|The tide is over the causeways now. Whoever you haven't called on has neighbours, and a kettle. You have two feet, and have used both.}

+ {not boathouse && boathouse + fogholm + sefa_door < 2} [Walk over to Cobble Hard, and the hammering # id: cobble # to: boathouse]
  -> boathouse
+ {not fogholm && boathouse + fogholm + sefa_door < 2} [Follow the mist to Fogholm # id: mist # to: fogholm]
  -> fogholm
+ {not sefa_door && boathouse + fogholm + sefa_door < 2} [Open the tower door # id: door # to: sefa_door]
  -> sefa_door
+ [Climb back to the lamp to meet the Front # id: climb # to: weather_stair]
  -> weather_stair
+ {not pantry} [See to yourself first: the pantry # id: pantry # to: pantry]
  -> pantry
+ [Slip out to the lee cove, where it is quiet # id: cove # to: calm_place]
  -> calm_place

=== boathouse ===
# scene: boathouse
# approach: dbt
# intensity: 2
# readiness: any
# location: boathouse
# skill: opposite_action
# warnings: conflict
# topics: anger, shame, family, storm
# characters: tobin
Round the boathouse on Cobble Hard turns a squall exactly as wide as the boathouse. You lean through it and get the door shut. Inside, a young man with sawdust eyebrows is knocking the same nail into the same plank. Beside him, under a sheet, is the shape of a boat.

'Tobin Vell,' he says to the nail. 'If my father sent you to say the rope-ferry's been in the family for six generations, I've heard.' You say that nobody sent you; you have the light tonight. He looks round. 'You? You've been here five minutes. What would you know about any of it?'

It goes in like a splinter. Your face burns. Your own wind comes up round you in a hot little twist, and every muscle you have votes for the door: leave, slam it, and compose a crushing reply on the causeway.

+ [Put a name to it # id: name]
  -> naming
+ [Leave, then # id: leave]
  You get as far as the step. Outside, the two winds meet, his and yours, and begin to go round together, getting on like a house on fire. You can still leave; it is allowed. Or you could find out what this is first.
  ++ [Stay on the step and put a name to it # id: name]
     -> naming
  ++ [Go back to the tower # id: tower # to: landing]
     You go. It is a fair choice as well, to leave a hot room. By the middle of the causeway your wind is only a wind.
     -> landing

= naming
What is it, chiefly, this heat?

+ [Shame: he's right, I'm a fraud # id: shame]
  Shame, then. It says "hide". It wants your chin on your chest and your feet on the road.
  -> facts
+ [Anger: how dare he # id: anger]
  Anger, then. It says "hit back, or slam something". It has already written two thirds of the reply.
  -> facts
+ [Hurt: I came to help # id: hurt]
  Hurt, then. It says "go where they can't do it twice", and it would like him to notice you going.
  -> facts

= facts
Now the next question, the dull and useful one: does it fit the facts? You have been here only five minutes. He had not seen you before tonight. He has been shouting at a nail since before you came. As for danger, there is none here, and as for you, you were merely next through the door.

So the feeling is real, and its advice is poor. The keepers' way with poor advice is to do its opposite, and do it with the whole body: face, hands, voice. What would the opposite of leaving be?

+ [Sit down on the sawhorse, uncross your arms, and ask about the boat # id: ask]
  You sit. You let your shoulders come down and your hands lie open on your knees, and you look at the sheet with honest interest, of which you find you have some. 'What's she called?' you say.
  -> wholly
+ [Pick up the other end of the plank and say he has a point # id: plank]
  You take the other end of the plank, so that it stops jumping. 'Five minutes is right,' you say, chin up, with no edge in it. 'I've met one lamp and a great many stairs. Where do you want this held?'
  -> wholly

= wholly
It feels false for about as long as it takes to count to ten, like a boot that's on the wrong foot. You go on with it all the same, and go on with it wholly. On eleven, the heat in your face begins to ebb; and as yours goes, something goes out of the squall as well, and the planks stop humming. # practised: opposite_action

Tobin puts down the hammer. 'That was rude,' he says. 'I'd been saving it up for Dad.' He pulls the sheet away.

+ [Look at the boat # id: look # to: slipway]
  -> slipway

=== slipway ===
# scene: slipway
# approach: dbt
# intensity: 1
# readiness: any
# location: boathouse
# skill: dear_man
# topics: family, work, storm, conflict
# characters: tobin
She is small, and tarred as black as a plum, and every line of her looks as though it had grown. Tobin walks round her with one hand on her side, as you would walk round a horse.

'Bramble,' he says. 'Four years of evenings. I want to build. I want to be rung up by people I've never met because they saw one of mine go by. And Dad wants me on the rope-ferry, since Grandad was, and every time I mean to tell him I come out here and hit something.' The squall gives a turn, half-hearted. 'He's not a bad man. He's got a bad knee, and nobody else.'

He looks at you sidelong. 'What would you do? I mean, before the Front. While I've still got my nerve up.'

+ ['Could you tell him one true thing, tonight?' # id: speak]
  ~ tobin = 1
  The two of you work it out on his fingers, like people measuring timber. What happened; what he feels; what he asks for; what would be good about it for both. You say it after him, and put in a softer word here and take out a sting there. 'I've built a boat. I'm proud of it and I'm scared to say so. Will you come and look at it?' He breathes out. 'It's shorter than I thought.' He goes to the tube on the wall, and you leave him to it. # practised: dear_man
  -> off
+ ['Could you write it down, and sleep on it?' # id: write]
  ~ tobin = 2
  He thinks about it, and turns the plank over to the clean side. What happened, you say; what you feel; what you ask for. He writes with a carpenter's pencil, slowly, and crosses nothing out. 'It can be true tonight,' he says, 'and said tomorrow.' He puts the plank where he will see it from his bunk. # practised: dear_man
  -> off

= off
When you open the door, the squall has thinned to a ring of clear stars. 'If Bramble is wanted,' Tobin calls after you, 'she floats. I've just never had the excuse.'

+ [Back along the causeway to the tower # id: back # to: landing]
  -> landing

=== fogholm ===
# scene: fogholm
# approach: dbt
# intensity: 2
# readiness: any
# location: fog island
# skill: grounding_54321
# topics: anxiety, being_lost
The mist thickens with every step of the causeway, and on Fogholm itself it is finished, like a wall that somebody has plastered. It has stood here two years, they say. You put out your hand and can't find it.

There's no sound, no edge. After a while, you couldn't say whether you're walking. Your thoughts begin to come loose and drift off from you, and the white in front of your eyes and the white behind them seem to be the same white. Your foot finds a post. It has a brass 5 on it, and a rail, for people who have been here before you.

Five things that you can see. The fog keeps off from whatever is looked at properly, so take your time.

+ [Look down and near: your own boots, the ground # id: near]
  A boot. A lace, wet, with one aglet gone. A white pebble with a stripe. A snail, horns out, on business. Your own fingers on the rail: five. As you look, a yard of the island comes true round each of them.
  -> touch
+ [Look at the post and the rail # id: rail]
  The brass 5. A screw with a bright slot. Grain in the wood, like a map of hills. A bead of water, with the whole rail upside-down in it. A spider's thread: five. The island has come true as far as the next post.
  -> touch
+ [Look round the real place where you are sitting # id: real]
  You look up from the story and find five there, whichever they are: a colour, a corner, something small, something far off, something that you had stopped noticing. When you look back, the fog has drawn off a yard, as if it had been counted too.
  -> touch

= touch
The second post has a 4. Four things that you can feel.

+ [Hands and face # id: hands]
  The rail, cold and rough. Damp on your cheeks. The lining of your pocket{gift == 3:, and the sea-glass, warmer than the rest}. The sleeve at your wrist: four. You can tell again where you leave off and the fog begins.
  -> hear
+ [Feet and weight # id: feet]
  Heels. Toes. The ground pushing up precisely as hard as you press down. Your coat's weight hanging from your shoulders: four. Whatever else you are, you're standing up.
  -> hear
+ [What is touching you just now, in your own chair or bed # id: own]
  Whatever holds you up. Cloth somewhere. Air on your skin. What you are holding: four. The rail runs on.
  -> hear

= hear
A 3. Three things that you can hear; and the white is so quiet that you have to lean out for them.

+ [Listen far away, then nearer # id: far]
  Far: surf, like someone turning pages. Nearer: a drip. Nearest of all: breath, yours, going in and out without having been asked.
  -> smell
+ [Listen for what you hadn't noticed # id: faint]
  A hinge somewhere. The small suck of your boots. And under them, hardly a sound, a hum, as of metal that remembers being struck. There's a bell here.
  -> smell

= smell
A 2: two things you can smell. Peat smoke, when you look for it; and wet wool. And the last post, the 1, has a little dish nailed on, with a lid. One thing to taste.

+ [Lift the lid and try # id: try]
  It's a peppermint. Someone has kept the dish filled, all this while, for whoever might come. It goes off in your mouth like a small cold star.
  -> landed
+ [{gift == 1:Use the ginger from your tin|Just notice the taste that's there} # id: own_taste]
  {gift == 1: You bite a corner off the ginger. It arrives all at once. You couldn't be anywhere else.|Salt, from the sea, and the last of Maren's tea. You leave the dish for the next comer.}
  -> landed

= landed
~ grounded = 1
And you're here. Nothing has been solved, and nothing chased away. But you stand on a particular island, on a particular night, beside a post; and ten yards on, in plain sight, is a low stone house with a bell in its gable and a woman at its door. # practised: grounding_54321

'You came by the posts,' she says. 'Most people turn round at 4.'

+ [Go to her # id: go # to: bell_house]
  -> bell_house
+ [Wave, and follow the rail back # id: back # to: landing]
  You say that you have the light tonight and are glad to have found the way. She lifts a hand. 'Mind it well, then,' she says; and the mist on the rail is thinner going back.
  -> landing

=== bell_house ===
# scene: bell_house
# approach: dbt
# intensity: 3
# readiness: settled
# location: bell house
# skill: radical_acceptance
# warnings: loss, illness
# topics: grief, death
# characters: ione
Her name is Ione Quill, and the fog is hers. Her wife Aud cast the bell in the gable. Two years ago in spring, after a short illness, Aud died; and in the frost of that winter the bell cracked. Ione tells it in the order in which it happened, as one tells a thing that has been told only to walls.

'I've had it looked at. It can be rung. It can't be mended. It'll never again sound as it did.' She looks up at the rope. 'I want to hear her bell. So I wait for it not to be cracked. You will think that's foolish.'

You don't. The fog comes up close round the two of you, and it is heavy with the word "shouldn't". You know that word. There's something of your own, large or small, that stands just as it stands and will not be argued with. It needn't be the hardest thing you have. A small one does very well.

+ [Let one small thing of your own come to mind # id: own]
  You let one come: something that is so, and that you would rather were not. You needn't say it. You only stand beside it, as you stand by Ione.
  -> see
+ [Stay with Ione's bell # id: hers]
  You leave your own where it is, and stay with the bell. That will do. Practice is practice, whichever thing it's done with.
  -> see

= see
'Aud had a saying for a bad casting,' says Ione. '"First, what is it?" No ought and no if. She'd say it with her hand on the metal.'

+ [Say what is so, without "should" # id: so]
  'The bell is cracked,' you say, since somebody has to begin. 'It's cracked,' says Ione. 'It was the frost. There were causes, and they've happened.' In your own mind you say yours, too, if you brought one. It is this way. There were causes. It has happened.
  -> body
+ [Notice how the "shouldn't" pulls # id: pull]
  You look for it in the body first, and there it is: the jaw, the fists, a leaning forward, as though you were holding a door against the sea. It's hard work, that. You've been doing it for a good while. 'The bell is cracked,' says Ione beside you, trying how it sounds.
  -> body

= body
'It isn't that I like it,' she says quickly.

'No,' you say. It isn't liking, and it isn't giving up. It is only taking your shoulder from the door. You show her what keepers do: turn the hands over, palms up, fingers loose. Unclench the face; let the corners of the mouth ease. Breathe out. And say yes to this one moment of it, as it is.

+ [Turn your hands over # id: turn]
  You turn them over, she turns hers. Nothing is different, and there's a great deal of room. Then "shouldn't" comes back, and your fingers curl; so you turn them over again. It takes three or four times. It will want doing tomorrow as well. That's how it is done. # practised: radical_acceptance
  -> rope
+ [Not that far tonight; only stand there # id: stand]
  You keep your hands as they are. Willingness can't be shoved. You stand side by side and look at the thing, and that is further than the house has got in two years.
  -> rope

= rope
Ione weeps then, and the fog, for the first time, becomes proper rain: it falls, as fog can't, and having fallen, it runs off down the hill. She wipes her face with both hands, and takes down the rope.

'It'll sound wrong,' she says, and looks at you.

+ ['It'll sound cracked. Would you like company?' # id: ring]
  ~ bell = 1
  She pulls. It sounds cracked: a low, split, burry note, like a voice early in the morning. It isn't the bell she waited for. She listens until there is nothing left to hear. 'How do you do,' she says to it. 'I'll ring it again when the Front's overhead. You'll hear me, up there.'
  -> home
+ ['Perhaps not tonight. There's no hurry.' # id: wait]
  ~ bell = 2
  She ties the rope within reach, where for two years it has hung from a nail near the roof. 'Not tonight,' she agrees. 'But I'll put a lamp in the window tonight. She always did.' You can see the window already, from the gate; and, from the gate, the sea.
  -> home

= home
The causeway is clear when you start back, every stone of it wet and shining.

+ [Return to the tower # id: back # to: landing]
  -> landing

=== sefa_door ===
# scene: sefa_door
# approach: dbt
# intensity: 1
# readiness: any
# location: tower door
# topics: trust, boundaries
# characters: sefa
The woman on the step has rain running off her hat, though it isn't raining anywhere else, and six long tubes of paper in her arms. She sneezes. A very small rainbow goes up.

'Sefa Lund. I make the charts.' She holds out her elbow for you to shake. 'All the coast, every rock. And not a single chart of the weather, because when a Front comes people bolt their shutters, and next day they say, oh, it was dreadful, it was everywhere, it lasted for ever. And it wasn't. It can't have been! It had a shape. I want to draw one honest map of it, one, from a room with windows all round.' She has run out of breath. 'Maren has said no for eleven years. Bad luck, someone watching a keeper. You can say no too. I'd only like to have asked.'

{honest: Your small wind comes down the stairs and sniffs at the tubes of paper.|Your small wind hides behind your legs.} You've two answers ready before you have even thought. One is warm and runs ahead. The other has its arms folded.

+ [Ask her in to the table while you think # id: think # to: map_table]
  -> map_table
+ [Say no, kindly: you want to be alone with your first Front # id: no]
  ~ sefa = 3
  'Not tonight,' you say. 'I don't know yet how I'll be, and I'd like to find out by myself.' Sefa takes it like a chart reading. 'That's clear,' she says. 'Clear is my favourite thing.' She draws from the chapel porch instead, and she has brought a flask.
  ++ [Shut the door and go back up to the landing # id: landing # to: landing]
     -> landing

=== map_table ===
# scene: map_table
# approach: dbt
# intensity: 1
# readiness: any
# location: keeper's house
# skill: wise_mind
# topics: boundaries
# characters: sefa
She unrolls a chart on the round table and weights it with spoons. It shows the Kerrin Isles, and it's beautiful; and across the sea, where other maps keep monsters, she has left it blank.

'I use three pencils,' she says, 'when I can't decide how a thing lies. Red for how it feels. Grey for what I can measure. Then I put both down and wait, and draw it in green.' She pushes the three over to you, and tactfully becomes absorbed in a sneeze.

Should she be up there with you tonight, or not?

+ [Red first: how does it feel? # id: red]
  You draw red: a leap, because somebody wants something that much; and next to it a squirm, at being watched while you flicker. Then the grey, for the facts: the room is big enough. She's been out in worse. It's your watch, and yours to say who's on it.
  -> green
+ [Grey first: what are the facts? # id: grey]
  You draw grey: the room is big enough, she has been out in worse, it's your watch, and you may change your mind. Then the red, for the feelings: a leap and a squirm, about the same size, pulling opposite ways.
  -> green

= green
You put both pencils down. There's a pause about as long as a slow breath, and you drop a question into it as you'd drop a pebble in a well: "what do I know, when I know both?" Then you wait for the small sound from the bottom.

+ [It says: let her come up # id: up]
  ~ sefa = 1
  'Come up,' you hear yourself say, in an ordinary voice. 'If I ask you to go below, go below.' 'At once,' says Sefa. 'And I'll not look at you. Only at it.' It's green all the way through, that answer; you can tell because you've stopped arguing. # practised: wise_mind
  -> done
+ [It says: near, but not so near # id: below]
  ~ sefa = 2
  'The landing has a good window to the west,' you hear yourself say. 'I'd like the lamp room to myself.' Sefa is already measuring the sill. It's a green answer, with some of the red in it, and some of the grey. # practised: wise_mind
  -> done

= done
She gathers the spoons up, counts them, and hands back one that is hers. Upstairs the clock strikes something.

+ [Go back to the landing # id: landing # to: landing]
  -> landing

=== pantry ===
# scene: pantry
# approach: dbt
# intensity: 1
# readiness: any
# location: keeper's house
# skill: self_soothing
# topics: self_care
Behind the kitchen is a pantry no bigger than a wardrobe, with a cushion on an upturned crate. On the inside of the door generations of keepers have pencilled one line over and over, in different hands. "You too."

Here the storm is only a hum. There's a shelf for each of the senses, more or less. Nothing in here will get the night over with. It's for being kind to the animal that has to get through it.

Something for the eyes or the ears first?

+ [The jar of coloured buttons, held up to the lamp # id: eyes]
  You tilt the jar, and the colours slide: horn, jet, a red one shaped like a berry. You look for the one you like best. It takes longer than you expect, and nobody is waiting.
  -> skin
+ [The musical box with the bent tooth # id: ears]
  You wind it. It plays a slow tune with one note missing, and each time round you find you have supplied the note yourself.
  -> skin
+ [A picture or a sound that you have by you, really # id: mine]
  You let the story wait and find one near you: something that you like to look at, or a sound you don't mind. You give it a full, unhurried minute.
  -> skin

= skin
Now something for the skin.

+ [The blanket that has been over the stove pipe # id: blanket]
  It's heavy and somewhat scorched, and it goes round you twice. Your shoulders find out that they've been up by your ears.
  -> tongue
+ [Hand-cream in a blue tin # id: cream]
  You rub it in slowly, over each knuckle and between the fingers, as carefully as you would for somebody else. It smells of hay, which is smell done too.
  -> tongue

= tongue
And something to taste, in small amounts, with all of your attention.

+ [{gift == 1:A piece of ginger from your tin|A spoonful of honey} # id: taste]
  {gift == 1: You bite the ginger, and for a second there is no yesterday and no weather, there's just ginger. Then comes the sweet part. Maren must have stood here for forty-one years, doing this.|It comes off the spoon like slow light, and changes twice before it is gone. Heather, you think; then something like smoke.}
  -> done
+ [A cup of something hot, held a while before you drink # id: hot]
  You hold it first. Then steam on the face. Then a sip, and you follow it down as far as it can be followed.
  -> done

= done
You sit a minute more. Nothing out there has altered. In here there's a person who has been seen to. You take the pencil on its string, and write beneath the others, in your own hand: "You too." # practised: self_soothing

Someone is up and about in the kitchen. And above you, faintly, the lamp chimes.

+ [Go up to the lamp as the Front comes over # id: lamp # to: lamp_falter]
  -> lamp_falter
+ [See who is in the kitchen # id: kitchen # to: night_kitchen]
  -> night_kitchen

=== weather_stair ===
# scene: weather_stair
# approach: dbt
# intensity: 3
# readiness: any
# location: stairs
# warnings: storm
# topics: anxiety, darkness
You're on the sixtieth step when the Front arrives. It doesn't strike the tower; it leans on it. Each slit window you pass shows a different weather: hail, and a dense hot stillness, and snow that falls upwards. You can hear voices in it, none of them saying anything but "oh", and "if only", and "not yet".

On the eightieth step the stairwell lamp goes out. A second one, which you had not noticed, comes up blue by itself a moment later. Everything here has a second. Now you can see the steps again, and only the steps.

{grounded: Your hand has started before you have. Rail, cold. Step, worn in the middle. Five, four, three: the posts of Fogholm go up the wall with you, and the voices stay outside.|You find that you've sat down. That's all right. There's nothing in the keepers' rules about standing.} {gift == 2: The whistle knocks against your ribs, in case you'd like to remember that you could call.}

+ [Go on up, one step and then one step # id: up # to: lamp_falter]
  You don't climb thirty-two steps. You climb one, and then that one is over.
  -> lamp_falter
+ {gift == 2} [Blow the whistle # id: blow # to: night_kitchen]
  You blow it. It's absurdly loud. Almost before it has stopped there are slippers on the stair below, and a voice: 'One night! It took me nineteen years! Come down and have some soup.'
  -> night_kitchen
+ [Turn round; this is enough stairs for the present # id: down # to: pantry]
  The steps go down too. The flame has oil, the second lamp stands ready, and there's no one grading you.
  -> pantry

=== lamp_falter ===
# scene: lamp_falter
# approach: dbt
# intensity: 3
# readiness: any
# location: lamp room
# skill: breathing_478
# warnings: storm
# topics: anxiety, panic
The lamp room is full of sky. Cloud goes by on every side, so near that you could write on it, and each time the lightning walks past it leaves the room a different colour. {sefa == 1: Sefa is flat on her stomach beneath the desk with her pencils in a fan, drawing, drawing. As promised, she doesn't look round.} The flame is shaking, and you're shaking, and it's hard to say which of you began.

Your breath has gone up into the top of your chest, quick and small. Pressure's rising in your ears. By the rail is a basin of sea water with a cloth, and painted round its edge: FIRST COOL, THEN SLOW.

Cool first. It tells the body, in the body's own language, that it may ease the pace. (If cold water is bad for you, or your heart isn't to be startled, the cloth needn't be cold at all.)

+ [Dip your wrists and your face # id: dip]
  You bend and put in your wrists, then your face, for a slow count of five, and come up streaming. It's properly cold. Everything you were thinking has stopped to look.
  -> breath_one
+ [Lay the cool cloth over your eyes and cheeks # id: cloth]
  You lay the cloth over your eyes and cheeks, and lean on the rail. The coolness sinks in by degrees. Behind your eyelids, it's a good plain dark.
  -> breath_one
+ [Skip the water; go to the breathing # id: skip]
  You leave the basin be. The second half works on its own.
  -> breath_one

= breath_one
Then slow. The lamp's brass clockwork ticks once a second, more or less: something to count by. In through the nose for four; rest for seven; out through the mouth for eight. The numbers matter less than the long way out. If a pause that long isn't comfortable, leave it out.

+ [Breathe in: one, two, three, four # id: in]
  In, two, three, four. The flame draws itself up with you, thin and tall.
  -> hold
+ [Shorter: in for three, out for five, no pause # id: short]
  In, two, three. Out, two, three, four, five. The flame rises and sinks with you, and doesn't seem to mind which numbers they are.
  -> breath_two

= hold
It is easily held, like a full cup that you are not going anywhere with.

+ [Rest: five, six, seven, and out: to eight # id: out]
  Rest, until seven. Then out, with a sound like surf, and it keeps on going out: five, six, seven, eight. A mile away, on the water, the beam opens like a hand.
  -> breath_two
+ [Let it go sooner # id: sooner]
  You let it go sooner, and slowly. On the water, the beam opens like a hand.
  -> breath_two

= breath_two
Again. The thunder says what it thinks. In, by your own count. {gift == 3: In your pocket your thumb has found the sea-glass, and goes round it once for each breath.}

+ [Follow the second breath, all the way out # id: second]
  You follow it in past the collarbones, and down, and wait, and follow it out until there isn't any more. Then there's a small flat place, before the next. You'd never noticed that it had a floor.
  -> breath_three
+ [My mind's wandered # id: wander]
  Of course it has; that's a mind's trade. You bring it back to the clockwork without a scolding, and breathe that one over again. It counts.
  -> breath_three
+ [I'd rather stop here # id: enough]
  So you stop. The breath knows its own way. You sit down against the wall, and the lamp shakes and burns, and both of you are still here.
  -> onward

= breath_three
And once more; or twice, or as many as are pleasant.

+ [A last one, the slowest # id: third]
  ~ steady = 1
  In, and rest, and out. The hands on the rail are your own again. The storm is every bit as big, and the flame stands in it like a spoon in honey. Across the water goes the beam, unhurried: round, and round. # practised: breathing_478
  -> onward

= onward
{bell == 1: Out of the murk to the north comes a low, split, burry note. And again. It is Ione's bell, and every stroke is cracked, and every stroke arrives.} {bell == 2: To the north there is one small square of yellow. It's Ione's window.} {bell == 0: To the north a fog lies over Fogholm, and inside it somebody has lit a lamp.}

Then, quite suddenly, the noise draws back. The wind drops. Overhead the cloud opens in a great slow ring, and from the gallery door comes the sense of someone waiting to be let in.

+ [Go out on to the gallery, into the eye # id: eye # to: eye]
  -> eye
+ {tobin} [A lantern is swinging at the jetty: go down to Tobin # id: tobin # to: deep_channel]
  -> deep_channel
+ [Leave the lamp to burn, and go and see if Maren is awake # id: maren # to: night_kitchen]
  -> night_kitchen

=== eye ===
# scene: eye
# approach: dbt
# intensity: 4
# readiness: settled
# location: gallery
# skill: radical_acceptance
# warnings: storm
# topics: sadness, acceptance, heights
# characters: front
You stand at the bottom of a well of cloud with stars at the top. The Front goes round and round the tower, and, now that it's so near, you see that it has no teeth. It's made of afternoons. Someone's missed train. The letter not sent. A birthday at which everybody was so careful. A whole year's worth of "later".

It has a sort of voice. "I'm not allowed in anywhere", it says. "They bolt the shutters, so I lean. I don't want to flatten things. I want to get across."

And in with the others goes something of yours, some plain sorrow or worry from your own year, no bigger than you can look at tonight. The old pull comes: levers, shutters, "no". {gift == 3: The sea-glass lies in your fist. It used to have edges.} {sefa == 1: Behind the window Sefa's pencil has stopped; she's waiting to see what shape this is.}

+ [Turn your hands palm up, and let it through # id: through]
  -> let
+ [Hold it off: brace against the rail # id: brace]
  ~ front = 2
  You brace. The ring of cloud tightens, and the tower sings like a wet glass. It's possible, it turns out, to hold off a storm; it takes everything you have, both arms and your teeth, and there is none over for anything else. A minute, two. It doesn't go. It can't, with you in the doorway.
  ++ [Let go of the rail # id: release]
     -> let
  ++ [Leave it outside, go in, and rest # id: rest # to: last_watch]
     You've held for as long as you've held. That's a choice too, and now you know its price. You go in and shut the door, and it leans on the glass until nearly dawn, and then leaves by the long way.
     -> last_watch

= let
~ front = 1
{bell: You do what you showed Ione: hands turned over, face unclenched.|You turn your hands over, like someone showing that they're empty. You let your jaw go, and the small muscles round the eyes.} First, what is it? It's a storm. It was a year like this one. There were causes, and they've happened, and here they are.

+ [Say it: 'This is how it is, just now.' # id: say]
  'This is how it is,' you say, 'just now.' You don't say that it's good. You don't say that you won't work, tomorrow, to change what can be changed. You take your shoulder from the door.
  -> through_it
+ [Say nothing; breathe out, and let the muscles agree # id: breathe]
  You've no words for it, and your body goes ahead without them: breath out, shoulders down, hands open. "Yes", say the hands. "Not lovely. So."
  -> through_it

= through_it
It comes. You expected a blow; what you get is weather. It blows through coat and ribs, cold, and then wet, and then oddly warm. For as long as three breaths you're simply sad, all the way to the edges; and there are edges. Twice you find you've clenched again, and twice you open your hands. Then you hear it on the far side of you, going off to the east, much smaller. "Thank you", it says. "That was quick." # practised: radical_acceptance

Your face is wet. It might be rain. The stars are where they were.

+ [Go in, and take up the last watch # id: watch # to: last_watch]
  -> last_watch
+ [Go down to the warm, and Maren # id: maren # to: night_kitchen]
  -> night_kitchen

=== deep_channel ===
# scene: deep_channel
# approach: dbt
# intensity: 4
# readiness: settled
# location: open water
# skill: willingness
# warnings: storm, deep_water
# topics: fear, adventure, darkness
# characters: tobin
'It's the eye,' says Tobin. 'We've got half an hour of flat calm, I've timed it every year from my bedroom. And the Little Sister's gone out.' He means the buoy, a cable's length off the jetty: a lamp on a float, that winks. No one needs it tonight. 'I'd just like her to be lit when Dad looks out. And I'd like Bramble to have been to sea.'

He's put out cork jackets, and a line as thick as your wrist, made fast to the jetty. He checks the knot, and has you check it too. You can say no; he says so twice. {gift == 2: He points at your whistle. 'And we've got that.'}

+ [Put on the jacket and climb in # id: aboard]
  You do up every buckle. The jetty slides off backwards.
  -> afloat
+ [Stay ashore and pay out the line for him # id: ashore # to: last_watch]
  You'd rather have stone under you, and say so. 'Best job there is,' says Tobin, and puts the line in your hands. You feel the whole of Bramble's first voyage come down it: a tug, a glide, a pause. Then, out in the dark, wink. He comes in grinning like a gate.
  -> last_watch

= afloat
There's black water on all sides, and a good deal of it underneath; stars above, and stars below. A long swell lifts Bramble up as if to read her name, and sets her down. Your hands have shut on the oars like traps, and she yaws.

+ [Loosen your hands: willing, not wilful # id: willing]
  You let your fingers go soft until the oars are just lying in them. You stop telling the swell that it ought to be flat. It lifts; you let it lift. In the trough you pull. Bramble runs straight as a ruled line, and Tobin laughs out loud. # practised: willingness
  -> buoy
+ [Ask Tobin to take the oars # id: tobin_rows]
  'Would you row?' you ask. 'I'd rather hold the lamp.' You change places on hands and knees. He pulls as he planes, in long clean strokes, and you find that you can look at the water if you're not also having to fight it.
  -> buoy
+ [Ask to be hauled back # id: haul # to: last_watch]
  'I'd like to go in,' you say. 'Right,' says Tobin, without a breath between, and hauls on the line, hand over hand; you're at the steps inside two minutes. 'She's been to sea,' he says, patting the boat. 'Nobody said how far.'
  -> last_watch

= buoy
The Little Sister comes up out of the dark, hung with weed like a lady with too many scarves. You open the little brass door and hold the match. She catches. Wink, goes the light, wink, and on Cobble Hard, where the ferryman's house is, a curtain moves.

'He's up,' says Tobin. {tobin == 1: 'He said on the tube that he'd look. I didn't think he'd really look.'|'I'll show him the plank in the morning. He can read it with her in front of him.'} A breath of wind comes over the water, the storm's other half clearing its throat. You go home along the line with time to spare.

+ [Up the tower, for the last watch # id: watch # to: last_watch]
  -> last_watch

=== night_kitchen ===
# scene: night_kitchen
# approach: dbt
# intensity: 2
# readiness: any
# location: keeper's house
# skill: dear_man
# topics: ageing, letting_go, boundaries
# characters: maren
Maren is at the stove in a nightgown and the yellow coat, stirring soup, and it's raining in the kitchen: a light warm indoor rain, hissing on the hot plate. Her bag by the door is half unpacked.

{steady: 'I saw the beam,' she says. 'Steady as a cow. I ought to be pleased.'|'I saw her shaking,' she says. 'She always shook for me at about this time as well. I ought to have stayed asleep.'} She stirs. 'It's only that if you can do it, then I'm a person who used to. So I thought, I'll go up and take over, shall I? Just the last few hours. You must be tired.'

{honest: 'You told me the truth on the jetty,' she adds, 'before you'd so much as put your bag down. So I'm trying to give you some back.'|'I told you I was only tired, at bedtime,' she adds. 'I was fine. Absolutely fine.' She hears it, and so do you, and you both look in the direction of the henhouse.} You are tired. It would be easy to say yes; it would be easy, also, to snap. She wants the ferry. She's told you so. What do you want?

+ [Be kind and clear: 'I'd like to finish the watch, and I'd love the soup.' # id: finish]
  'I can see it's hard to hand over,' you say. 'I'd like to finish the watch. And I'd love some of that soup, and you at the table while I have it.' You say it warmly, and only once. The rain over the stove thins to a drizzle. 'Well,' says Maren. 'That's told me. Bowls are on your left.' # practised: dear_man
  -> soup
+ [Ask what she'd miss # id: miss]
  'What'll you miss?' you ask. She doesn't answer at once, so you leave the quiet alone. 'The chime,' she says. 'And being the one who's up, when everybody's asleep. I was good company for it, I think.' It rains hard for perhaps a minute. Then it has rained.
  -> soup
+ [Say yes to an hour's rest, and that you'll take the last watch # id: share]
  'An hour,' you say. 'Then wake me; I want to see it out.' Maren goes up the stairs like a girl. You sleep in the box bed under a quilt of old signal flags, and she's back to the minute, with her hair on end, smiling. 'I've said goodbye to her,' she says. 'I hadn't known I was going to.'
  -> soup

= soup
It's leek soup. You eat it with the curved bread. When you look up, she has put the three odd things from the top of her bag back in again: a clock, a slipper, a jar of nails for Isolde.

'If I stand under that tree and cry,' she says, 'it'll rain on the apples.' 'Apples like rain,' you say. She thinks it over, and does up the buckle.

+ [Climb for the last watch # id: watch # to: last_watch]
  -> last_watch
+ {not eye && not last_watch} [The eye is passing over: look out from the gallery # id: eye # to: eye]
  -> eye

=== last_watch ===
# scene: last_watch
# approach: mindfulness
# intensity: 1
# readiness: any
# location: lamp room
# skill: mindful_noticing
The hour before dawn belongs to nobody. {front == 1: The Front is a low mutter in the east, about the size of a barn.|{front == 2: The Front has finally gone round by the south, grumbling, and the glass is ticking as it warms.|The Front goes over high up, now, like furniture being moved in somebody else's house.}} {sefa == 1: Sefa has fallen asleep beneath the desk, with a green pencil in her hair.} {sefa == 2: From the landing comes the small sound of Sefa sharpening a pencil.} The flame burns low and clear.

You've nothing to do but be up. You sit with your back against the warm brass. Thoughts come through, as they will at that hour: how you did, what you should have said. Each one has a look at you and is looked at.

The keepers' log lies open at tonight's date. The lines above nearly all begin with the same word. There's one left to fill.

+ [Write: 'Noticing I was afraid, and stayed for some of it.' # id: afraid]
  You write it down. It's a good plain sentence, and the "some of it" is the part that you like best. # practised: mindful_noticing
  -> light
+ [Write: 'Noticing I am tired, and kindly disposed.' # id: tired]
  You write it down, and then blink at it. It's so. You are kindly disposed towards the lamp, the stairs, the whole wet world; and to whoever it was who held the pen. # practised: mindful_noticing
  -> light
+ [Write: 'Had soup.' # id: soup]
  "Had soup", you write, in fellowship with thirty keepers, {night_kitchen: and it's the truth.|and then, for honesty's sake, "intend to have".}
  -> light

= light
You look up, and you can see the far side of the room. You can see the rail, and the sea. Nobody did that. It was merely time.

+ [Go out to meet the morning # id: morning # to: dawn]
  -> dawn

=== dawn ===
# scene: dawn
# approach: dbt
# intensity: 1
# readiness: any
# location: gallery
# topics: heights
# characters: maren, tobin, ione, sefa
Morning comes up over the Kerrin Isles like something being unwrapped. There's seaweed on the chapel roof, and washing in all the wrong gardens. {front == 1: The air's so clean that you can count the sheep on the mainland.|{front == 2: A bank of it still lies to the south, sulking, with the sun on its shoulders; it'll be round again next year, and so perhaps will you.|Long rags of cloud trail away eastward, pink underneath.}} {steady: All across the water, people have come out on their steps to look up at the light, and some of them wave tea towels.|The second lamp burns blue under the first, just in case, and both look well together.}

{tobin == 1: On Cobble Hard, two men are walking round a small black boat. The older limps. He has his hand on her side, as you would with a horse.|{tobin == 2: On Cobble Hard, a young man is carrying a plank up the hill to his father's house, writing outwards.|On Cobble Hard, somebody has left off hammering.}} {bell == 1: From Fogholm comes one cracked note, for the morning, and you can see the island, all of it, for the first time in two years; it has a cherry tree.|{bell == 2: The fog on Fogholm has lifted as far as the roofs. In one window a lamp has been left burning, in full daylight, on purpose.|Fogholm still has its fog, with the sun in it.}} {sefa == 3: Sefa comes up the path from the chapel porch, holding a chart by its corners. 'I only got half,' she calls up to you. 'But it's a clear half.'|{sefa: Sefa holds up her chart by its corners, wet with green. 'See? It had a shape,' she says. 'It looks like an ear.'}}

Below you, the rope-ferry is making ready, and Maren stands on the jetty in her yellow coat with her one bag, looking up. She doesn't beckon. She's put it on the card, after all: "one night, perhaps longer". What do you want?

+ [Stay, and keep the light # id: keep # to: end_keep]
  -> end_keep
+ {tobin || bell || sefa} [Ask the others to share it, watch by watch # id: share # to: end_shared]
  -> end_shared
+ {sefa == 1 || sefa == 2} [Go with Sefa, after the next weather # id: chart # to: end_chart]
  -> end_chart
+ [Take the morning ferry with Maren # id: ferry # to: end_ferry]
  -> end_ferry

=== end_keep ===
# scene: end_keep
# approach: dbt
# intensity: 1
# readiness: any
# location: jetty
# topics: new_beginnings, letting_go
# characters: maren
You go down all one hundred and twelve and tell her. Maren takes off the yellow coat and holds it out, and then she can't quite let go, so for a moment you both have hold of it. It rains, two yards square, and the sun shines through it.

'You won't always manage,' she says. 'Nor did I. She'll flicker. And there's always the gong. {gift == 1:And I'll send ginger.|{gift == 2:And you've got the whistle, and you're to use it.|And the glass. Give it forty years, it'll be smoother.}}' Then she lets go, and steps on to the ferry as lightly as a parcel that has finally been posted.

You watch it all the way across. A fortnight later there's a crate of apples on the jetty, and a card: "Cried on them. They liked it." You write it in the log, with the wind speed. Your own small wind, which lives by the stove now, has learned to turn the page.

# ending: the_light_kept
The light goes round.
-> END

=== end_shared ===
# scene: end_shared
# approach: dbt
# intensity: 1
# readiness: any
# location: landing
# topics: community
# characters: maren, tobin, ione, sefa
You go down to the landing, and talk into every tube at once. 'I'd like to keep the light,' you say, 'and I'd like to sleep. Would anyone care for a night of it?' There is a silence, in which forty-one years of custom clear their throats.

{bell: 'I don't sleep on Thursdays,' says Fogholm. 'I'll bring mints.'} {tobin: 'I could build you a better bench,' says Cobble Hard. 'And sit on it. Mondays, say, and whenever Dad has the ferry.'} {sefa: 'I'm {sefa == 3:only in the porch|{sefa == 1:only under the desk|already on the landing}},' says Sefa, 'and I'll take every night with a falling glass, please, all of them.'} Someone you've never met, on an island you can't see, asks shyly whether one would need experience. 'You must have weather,' you say.

Maren misses the first ferry because she's laughing, and catches the second. By winter there's a rota beside the clock, in nine hands. When it's the turn of a person who happens to be sad, the beam is somewhat bluer that night, and all round the Isles people look up from supper and say so. Somebody generally takes them soup.

# ending: many_hands
The light goes round, and so does the rota.
-> END

=== end_chart ===
# scene: end_chart
# approach: dbt
# intensity: 1
# readiness: any
# location: open road
# topics: adventure
# characters: maren, sefa
'There's a place up north,' says Sefa, 'where it has been Sunday evening for nine years. No one's ever drawn it.' She tries not to look at you. Six tubes of paper are a good many for one pair of arms.

You carry three. Maren, on the jetty, reads it in your face, and isn't sorry: the harbour has a list of keepers for after the Front, she says, and next is a retired music teacher with a great deal of weather. {gift == 2: You offer the whistle back. 'No,' she says. 'That's for wherever you are.'|You offer back what she gave you. 'No,' she says. 'Keepers keep.'} {tobin: A small black boat is waiting at the steps, and Tobin, sawdust all over, asks if you two need a lift to the mainland, because he'd like to see how she does on a long reach.}

The chart of the Front hangs in the harbour office now. People come in to scoff, and find the hour when it was over their own roof; and look for some time. "I thought it was everywhere", they say. In the corner, in green, in your writing: "Drawn from the inside. Has edges."

# ending: the_open_chart
Your small wind runs on in front, and holds the gates.
-> END

=== end_ferry ===
# scene: end_ferry
# approach: dbt
# intensity: 1
# readiness: any
# location: ferry
# topics: rest, letting_go
# characters: maren
One night was what you came for; and one night is what you kept. You write your name in the log, below the line, and hand the key to the harbour boy, who's been told by nine people to look after it until the next keeper's boat at noon.

Maren makes room on the bench. {honest: 'How are you feeling about it?' she says. 'Sad,' you tell her, 'and pleased with myself, and hungry.' 'That's a forecast,' says Maren.|'How are you feeling about it?' she says. You open your mouth to say "fine". 'All sorts,' you say. Your hat stays on.} {gift == 1: You have the ginger out, and share it.|{gift == 2: As the rope goes taut, you blow the whistle once, for good manners, and from every island something answers: a gong, a pan lid, a dog.|You hold the sea-glass up, and look at the whole archipelago through it, small and green.}}

There's an orchard on the other side, with ladders. Isolde looks like Maren with the wind taken out. You're given a basket and shown a tree, and for a whole afternoon you look after nothing whatever. Towards four there's a shower; nobody says whose.

# ending: the_morning_ferry
Some nights, from the top of a ladder, you can see the light.
-> END

=== calm_place ===
# scene: calm_place
# approach: mindfulness
# intensity: 1
# readiness: any
# location: cove
# skill: mindful_noticing
In the lee of Farrow Skerry is a cove that the wind has never found. There's a crescent of sand, still warm from the day, and a flat rock with a dip in it that might have been made for sitting. The water here hardly bothers to be sea. It comes in with a hush and goes out with a hush.

Nothing's asked of you. The light goes round overhead, and once in each turn it lays a path of gold across the cove, up to your feet, and takes it quietly away. {calm_place > 1: The place where you sat before is still there.|Someone, long ago, scratched a word on the rock. "Stay", it says, and, beneath it in a different hand, "or go. Both good."}

+ [Watch the path of light come and go # id: watch]
  You watch it come, and you watch it go. Sometimes you notice it coming; sometimes you've been thinking of something else, and notice that. A small crab crosses the gold with great dignity, and is dark, and is gold again.
  -> rested
+ [Put a hand on your chest, and feel it rise and fall # id: hand]
  You lay a hand there, as you would on the side of a sleeping dog. It rises, falls. You aren't doing it. You only happen to be where it's done.
  -> rested
+ [Dig your fingers in the warm sand # id: sand]
  The sand's warm on top, and cool below, and there's a line between the two that you can find with your fingertips. You find it several times.
  -> rested

= rested
You stay for as long as you like. By and by you notice that you've room to think about what's next, if there's to be a next. # practised: mindful_noticing

+ {not kitchen} [Stroll up to the keeper's house # id: house # to: kitchen]
  -> kitchen
+ {kitchen && not lamp_room} [Climb to the lamp # id: lamp # to: lamp_room]
  -> lamp_room
+ {lamp_room && not (weather_stair || lamp_falter || eye || deep_channel || night_kitchen || last_watch)} [Go back to the landing # id: landing # to: landing]
  -> landing
+ {kitchen && not pantry && not last_watch} [Go in by the back door, to the pantry # id: pantry # to: pantry]
  -> pantry
+ {lamp_room && not last_watch} [Doze here, and climb up for the last watch # id: watch # to: last_watch]
  -> last_watch
+ {last_watch} [Go up to meet the morning # id: morning # to: dawn]
  -> dawn
+ [Let this be where the night ends # id: end]
  You pull your coat round you and lie back. The weather goes over, high up, minding its own affairs, and the lamp, which has a second lamp beneath it and a whole archipelago of people round it, goes on turning. You needn't see it through to know that it's there. In the morning, someone will have left a mug of tea on the rock.
  You may come back, or not. Both good.
  # ending: the_lee
  The light comes to your feet, and goes.
  -> END
