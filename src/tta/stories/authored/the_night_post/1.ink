# id: the_night_post
# version: 1
# title: The Night Post
# summary: In a mountain town, the letters that nobody sent arrive by night. You are the new sorter, and every letter has a thought stuck to it where the stamp should be.
# world: a night-mail office in a mountain town
# language: en

VAR thought = 0
VAR heat = 0
VAR goat = 0
VAR truth = 0
VAR ibby = 0
VAR lenz = 0
VAR drawer = 0
VAR act = 0

-> last_car

=== function worry() ===
{
- thought == 2: ~ return "One mistake and the whole thing is ruined"
- thought == 3: ~ return "I should know how to do this already"
- else: ~ return "They will see at once that I am no good at this"
}

=== last_car ===
# scene: last_car
# approach: cbt
# intensity: 1
# readiness: any
# location: funicular
# topics: worry, self_criticism
# characters: Lenz
The last car up to Upper Tarrow leaves at twenty to midnight with one driver, one passenger and eleven sacks of post. You are the passenger. On your knees is a letter of appointment that says NIGHT SORTER (NEW) and, underneath, in pencil, _bring a warm jumper_.

"Sit on any sack but the grey," says the driver. His badge says LENZ. "The grey ones are the unsent. They sulk."

There is a dented black case under his seat, the shape of a very large pear. The cable hums. Below you the valley lights are getting small and tidy, like something being put away.
+ [Ask Lenz what is in the case. # id: ask_case]
    -> case
+ [Watch the valley go down. # id: watch_valley]
    -> window
= case
"A tuba," says Lenz, with the voice of somebody admitting to a bear. "I don't play it. I used to. It comes along because it would look odd to leave it at home now, after four years of coming along."

He pulls a lever that seems already pulled. The car climbs on into the snow clouds, and there is nothing to look at but your own face in the glass.
-> sits
= window
The lights go out one valley at a time. Then the car climbs into cloud, and there is nothing to look at but your own face in the glass.
-> sits
= sits
It's about here, where the track is steepest, that a thought gets in. Nobody opens a door for it. It sits down across from you, quite at home, and says its one sentence. Which sentence is it?
+ ["They will see at once that I am no good at this." # id: thought_seen # to: office_door]
    ~ thought = 1
    You nod to it, as one does to somebody met on a train. The car bumps to a stop at the top.
    -> office_door
+ ["One mistake and the whole thing is ruined." # id: thought_ruined # to: office_door]
    ~ thought = 2
    It says it very reasonably. It has brought, you notice, no luggage at all. The car bumps to a stop at the top.
    -> office_door
+ ["I should know how to do this already." # id: thought_should # to: office_door]
    ~ thought = 3
    You have been a night sorter for minus ten minutes. The thought does not see why that matters. The car bumps to a stop at the top.
    -> office_door

=== office_door ===
# scene: office_door
# approach: mindfulness
# intensity: 1
# readiness: any
# location: yard
# characters: Ampersand
The Night Post is a tall house with too many chimneys. Letters are coming down on it with the snow: one by one, unhurried, each finding a flue and dropping in with a soft clap. They smell faintly of the drawers they were kept in. Lavender. Batteries. Pencil shavings.

On the doorstep lies a goat. She wears a postal cap and a brass plate that says AMPERSAND, HIGH PARCELS, and she looks at you as a clerk looks at somebody who has come to the wrong window.
+ [Sit down on the cold step and share your oatcake with her. # id: share # to: sorting_room]
    ~ goat = 1
    For the length of one oatcake there is only the step, the steam of two breaths, and a sound like someone walking on gravel. Then Ampersand gets up, nudges the door open with her cap, and lets you go first.
    -> sorting_room
+ [Say good evening, and step over her carefully. # id: step_over # to: sorting_room]
    "Good evening," you say, mid-stride. Ampersand neither agrees nor disagrees.
    -> sorting_room
+ [Stand a moment and watch the letters fall. # id: watch_letters # to: sorting_room]
    You choose one and follow it all the way down, as one follows a single raindrop on a window. When it has landed, your shoulders have too, a little. The goat shifts over by exactly one person's width.
    -> sorting_room

=== sorting_room ===
# scene: sorting_room
# approach: cbt
# intensity: 1
# readiness: any
# location: sorting room
# characters: Osanna Veck
Inside it is warm and smells of glue. The wall is all pigeonholes, up to the ceiling. The clock has no numbers, only four words, EARLY, LATE, VERY LATE and NEARLY, and its one hand has just come to LATE.

"Osanna Veck, postmistress," says a small woman on a tall ladder. On the wall behind her hangs a picture of the sea, cut from a calendar eleven years old. "We don't open letters here. We candle them." She holds an envelope to a lamp, as people do with eggs. Where the stamp should be, a line of handwriting glows: the thought that stopped it being sent.

"Every unsent letter has one. Some are true. Most are half of something. We look at it properly, we write what we find on the docket, and by morning the letter is back on its writer's table. What they do then is their affair. We are the post, not the police."

She looks at you over the lamp. "Your own has come in with you, I think. They usually do. Would you like a minute by the stove first, or the first letter?"
+ [A minute by the stove. # id: stove # to: stove_breath]
    -> stove_breath
+ [The first letter, please. # id: first # to: first_letter]
    -> first_letter

=== stove_breath ===
# scene: stove_breath
# approach: mindfulness
# intensity: 1
# readiness: any
# location: stove
# skill: breathing_478
The stove is as big as a wardrobe, and it breathes. You had taken it for a draught, but no: the little mica window brightens while it draws in, holds its glow, and dims for a long time as it sighs up the chimney.

"Four, seven, eight," calls Osanna from the ladder. "In for four, keep it for seven, let it out for eight. If that's too long, halve everything; the stove won't mind. And if you turn light-headed, breathe any old way and look at the coal scuttle."
+ [Breathe with the stove, at its own pace. # id: full_count]
    -> full
+ [Halve the counts. # id: half_count]
    -> half
+ [Just watch it, and go to the first letter. # id: only_watch # to: first_letter]
    You watch it breathe twice. It seems to manage without you. Then you go back to the bench.
    -> first_letter
= full
In through the nose: one, two, three, four. The mica brightens.

Keep it, without clenching, as you might hold a sleeping cat: one, two, three, four, five, six, seven.

Out through the mouth, with a small whoosh, as the stove does: one, two, three, four, five, six, seven, eight. The window dims to the colour of plums.
+ [Three more like that. # id: three_more]
    -> done
+ [That one was enough. # id: enough # to: first_letter]
    One is one more than none. You warm your hands and go back to the bench.
    -> first_letter
= half
In: one, two. Hold: one, two, three, and a bit. Out: one, two, three, four. It's the same shape, only smaller, the way a mouse has the shape of a horse if you aren't strict.
+ [Three more of those. # id: three_more]
    -> done
+ [That one was enough. # id: enough # to: first_letter]
    One is one more than none. You warm your hands and go back to the bench.
    -> first_letter
= done
Second. In, and hold, and the long way out. Somewhere in it your jaw lets go of a thing that it was holding for you.

Third. The thought from the car is still about; it has found a stool. You needn't make it leave. You are only counting.

Fourth. In, and hold, and all the way out, to the very end of the breath, where for a moment nobody wants anything. # practised: breathing_478

"There," says the stove, or a coal falling.
+ [Go to the first letter. # id: first # to: first_letter]
    -> first_letter

=== first_letter ===
# scene: first_letter
# approach: cbt
# intensity: 2
# readiness: any
# location: sorting room
# skill: cognitive_reframing
# topics: worry
# characters: Osanna Veck
The first envelope is addressed to _Mrs Adeyemi, next door_. You hold it to the lamp. Where the stamp should be: _It's been three weeks since the soup. She thinks I'm the rudest man alive._

"A thank-you letter," says Osanna. "Late by twenty-one days. He has crossed the stairs twice so as not to meet her. Now, which hole?" She points along the brass labels.
+ [KNOWS WHAT THEY'RE THINKING. # id: mind_reading]
    -> right
+ [KNOWS HOW IT ENDS. # id: fortune]
    "Near," says Osanna. "That one's for letters about tomorrow. What is he so sure of: something that will happen, or something inside her head?" She taps the label beside it, KNOWS WHAT THEY'RE THINKING.
    -> right
+ [TRUE, AND HARD. # id: true_hard]
    "It may be, you know. We do keep that hole, and it isn't for show. But how would he have found out? She hasn't said a word." She taps another: KNOWS WHAT THEY'RE THINKING.
    -> right
= right
"Mind-reading. The commonest kind. He looks at a shut door and sees a face." She hands you the docket, which is blank but for one printed question: _What else could be so?_
+ [Write: "She may not have counted the days. Most people don't." # id: not_counted]
    The ink takes. In the lamp, the glowing line thins a little.
    -> docket
+ [Write: "She may be wondering whether the soup was bad." # id: bad_soup]
    Osanna reads it and laughs out loud. "Two people behind two doors, each being rude to the other in their own head. I shouldn't wonder."
    -> docket
+ [Write: "She adores him and always has." # id: adores]
    The ink runs off the docket and makes a small embarrassed puddle. "That's mind-reading too," says Osanna, "only in a nicer hat. Put that she may have been busy."
    -> docket
= docket
You add the last line yourself: _I can't see what she thinks. What I do know is that she brought me soup._ # practised: cognitive_reframing

The sentence above the address hasn't gone. But it's no longer the size of a stamp; it is the size of a comma. You put the letter in its hole, and it makes the same soft clap as in the chimney.
+ [On to the rounds. # id: rounds # to: rounds]
    -> rounds
+ [Ask for a moment in the alcove first. # id: alcove # to: calm_place]
    -> calm_place

=== rounds ===
# scene: rounds
# approach: cbt
# intensity: 1
# readiness: any
# location: sorting room
# characters: Osanna Veck, Ibby
"Three jobs," says Osanna, "and you've two hands, so choose one and do it slowly." She counts them off on her fingers.

The tube room, where the pneumatic post comes in, and something has begun to whistle. The packet loft, where the heavy letters are. Or the stairs, with the night runner: a girl of nineteen in a man's coat, tying her boots by the door and pretending not to listen.

"I'm Ibby," says the girl. "I'm quick, and I talk. Just so you know."
+ [See what is whistling in the tube room. # id: tubes # to: tube_room]
    -> tube_room
+ [Climb to the packet loft. # id: loft # to: packet_loft]
    -> packet_loft
+ [Go out on the stairs with Ibby. # id: stairs # to: night_run]
    -> night_run
+ [None just yet: sit in the alcove a while. # id: alcove # to: calm_place]
    -> calm_place

=== tube_room ===
# scene: tube_room
# approach: cbt
# intensity: 2
# readiness: any
# location: tube room
# skill: cognitive_reframing
# topics: work, worry, rejection
Brass pipes come out of every wall and end in little doors. Capsules are arriving in one of them faster than it can open: thup, thup, thup. You catch the first and candle the letter in it. It's to the Evening School, to ask for a place. The thought: _If I ask, they'll say no._

The next capsule is the same letter. _And then I'll have been told no._ The next: _and then I'll never ask for anything again._ The next: _and I'll be seventy, in this chair, with this lamp._ The pipe whistles and draws breath for the next one.

So this is a KNOWS HOW IT ENDS. There's a slate on the wall with three columns for such cases, and a stub of chalk.
+ [Begin with the worst that could really happen. # id: worst]
    You write: _They say no. It stings for a week, perhaps two._ You look at it for a while. Seventy and the chair have not made it on to the slate; they need forty years of other things to go wrong first.
    -> best
+ [Begin with the best that could happen. # id: best_first]
    You write: _They say yes, and also that they've been waiting all their lives for just this applicant._ It looks silly, exactly as silly as the chair. Then, under WORST: _They say no. It stings for a week, perhaps two._
    -> best
= best
The third column is headed LIKELY. The pipe has stopped whistling to see what you'll put.
+ [_They send a form, and a date in spring._ # id: form]
    Which is, after all, what schools do. It's so plain that the chalk hardly squeaks.
    -> cope
+ [_I don't know. Yes or no, about even._ # id: even]
    Not knowing turns out to take up much less room than the chair did.
    -> cope
= cope
Under the columns one more line is printed: AND IF THE WORST, WHAT THEN? You think of somebody in a chair, with a lamp, and a no. _I'd tell Ruth, and be cross, and there's another school in the valley._ You copy it all on to the docket. # practised: cognitive_reframing

The pipe gives a long, relieved sigh. Then it coughs. There is one capsule left inside, jammed crossways, and a red lever marked NOT YET.
+ [Pull the lever, gently. # id: lever # to: torn_letter]
    It knows no gently. The capsule shoots out over your shoulder and bursts open in the back passage, and you run after the letter that has sprung from it, and snatch it from the air.
    -> torn_letter
+ [Leave it, and tell Osanna. # id: tell # to: tea]
    "Quite right," says Osanna. "It comes loose by itself at VERY LATE. It likes to be left. Come and have your tea."
    -> tea

=== packet_loft ===
# scene: packet_loft
# approach: cbt
# intensity: 2
# readiness: any
# location: loft
# skill: cognitive_reframing
# topics: family, self_criticism
Under the roof stand the scales. The letters up here are thin, single sheets mostly, and you can't lift the first of them with one hand. You candle it where it lies. It's to somebody's sister. _I should have rung on her birthday. I should be the one who remembers. I should be better at this._

You try it on the scales: fourteen kilos. Three shoulds and an envelope.

A card hangs on a string. FOR THE LIGHTENING OF OUGHTS: _Find what is cared about underneath. Say that instead. Take nothing away that is true._
+ [Try: "It doesn't matter, she won't mind." # id: no_matter]
    The needle doesn't move. Of course not: it does matter, that's why she has written. You take that from the docket again, and look for what she cares about.
    -> under
+ [Try: "I care about her, and I'd have liked to ring." # id: care]
    The needle drops at once, so fast that the letter hops.
    -> under
+ [Try: "I really must make an effort from now on." # id: must]
    Fifteen kilos. It seems that a must weighs the same as a should, and brings its own string. You cross it out, and look for what she cares about.
    -> under
= under
\_I care about my sister. I'd have liked to ring on the day, and I didn't._ Four kilos. There's a bit of real regret in it and it weighs what it weighs. And what would be possible now, from here?
+ [_I can ring on a day that isn't her birthday._ # id: other_day]
    Forty grams: paper, ink, and the regret, folded small. Any sister in the world might be glad of a Tuesday.
    -> light
+ [_I can send this, and say that it's late._ # id: say_late]
    Forty grams: paper, ink, and the regret, folded small. Late is only a time, like noon.
    -> light
= light
You write both lines on the docket, the caring and the can. The word _should_ is still there in the lamp, but lightly, like a coat that someone has taken off and hung up. # practised: cognitive_reframing

You lighten five more. They make an armful, and the loft ladder is steep.
+ [Take them down in two trips. # id: two_trips # to: tea]
    It takes twice as long, and nothing whatever happens. You find that you don't mind being a person to whom nothing whatever happens.
    -> tea
+ [Take them all down at once. # id: one_trip # to: torn_letter]
    You get them down the whole ladder, chin on top, and are rather pleased with yourself as far as the turn into the back passage.
    -> torn_letter

=== torn_letter ===
# scene: torn_letter
# approach: cbt
# intensity: 3
# readiness: any
# location: back passage
# topics: failure, worry, self_criticism
There's a rip. It's quite a small sound, for what it does to your stomach. One letter has caught on a brass edge, and you're standing in the back passage with most of it in your right hand and the rest in your left.

The thought from the car is there before the paper has stopped swinging. _{worry()}_, it says. _There. What did I tell you?_

Just the facts, then, as a camera would have them: one envelope, torn at a corner; the address whole; the letter inside not touched. A roll of stamp paper on the shelf. Nobody in the passage{goat: but Ampersand, who has followed you in and is not a gossip}.
+ [Mend it with stamp paper and take it to Osanna. # id: own_up # to: tea]
    ~ truth = 1
    She turns it to the lamp, and back. "Corner," she says. "Passage edge. It has had nine of mine." She writes it into the ledger, between the price of coal and the weather, and under _cause_ she puts _edge_. Then she looks at the clock. "Tea."
    -> tea
+ [Put it in your pocket for now. # id: pocket # to: tea]
    ~ truth = 2
    It's an ordinary thing to do; pockets were made by people who had just torn something. It crackles when you walk. From the kitchen, Osanna calls that there is tea.
    -> tea

=== night_run ===
# scene: night_run
# approach: cbt
# intensity: 2
# readiness: any
# location: stairs
# skill: cognitive_reframing
# topics: friendship, rejection, worry
# characters: Ibby
Upper Tarrow has no streets, only stairs. Ibby takes them two at a time, pushing yesterday's letters under doors, and talks over her shoulder: about boots, about the mayor's parrot, about a friend called Jo who has gone to the coast to build boats.

"I wrote to her nine days ago. Nothing. So that's that, she's got boat people now and I'm the stairs girl." She says it lightly, but she has stopped on a landing to say it. "I've the next letter written. I'm not sending it to somebody who's laughing at the first."
+ ["What do you know, and what are you guessing?" # id: know_guess]
    -> sort
+ ["Nine days is a long time to wait." # id: long_wait]
    "It is!" says Ibby, and lets out a breath that hangs there between you. "Everybody says it isn't. It is." She holds the lantern higher. "All right. You're the sorter. Sort it."
    -> sort
= sort
You do it on the snow of the wall, with a finger, in two columns. KNOW: _wrote nine days ago. No answer yet._ The other column fills up fast. GUESS: _laughing. Boat people. Stairs girl._

Ibby regards it. "That's rather a short column, the true one." She rubs her nose. "So what else could no answer be? You say one, I'll say one."
+ ["The coast post is slow in winter." # id: slow_post]
    "I AM the post," says Ibby. "But yes. The pass was shut till Thursday." And then, since it's her turn: "Or she's waiting till she's got something good to tell."
    -> other
+ ["She is tired, and it says nothing about you." # id: tired]
    "She does fall asleep in her soup," says Ibby. And then, since it's her turn: "Or she began an answer and it's in some night post by the sea, sulking."
    -> other
+ ["She may really have less time for you now." # id: less_time]
    Ibby is quiet for three steps. "That might be. It'd be sad. But it's not the same as laughing." And then, since it's her turn: "Or she lost the address. She loses her own shoes."
    -> other
= other
"Funny. It's the same nothing as before, and it doesn't pinch so much." She wipes the wall clean with her sleeve, guesses first. # practised: cognitive_reframing
+ [Go on with her to the bridge. # id: bridge # to: bridge]
    -> bridge
+ [Go in, your ears are freezing. # id: go_in # to: tea]
    "See you at tea!" she calls, already a landing lower.
    -> tea

=== bridge ===
# scene: bridge
# approach: mindfulness
# intensity: 1
# readiness: any
# skill: grounding_54321
# location: bridge
# topics: friendship
# characters: Ibby
At the bottom of the last stairs a footbridge crosses the stream. It's broad, with a high stone wall on each side, and in its middle there is a bench, put there by some earlier postmistress for just this. "House rule," says Ibby. "Nobody goes back up without having been here. I mean really here. My head's generally still on the landing."

You sit down. She turns the lantern low. Five things to see: roof, roof, icicle, goat-track, star. Four to feel: the bench, the cold in the nose, wool on the neck, the ground that does not move.
+ [Listen for three sounds. # id: sounds]
    -> sounds
= sounds
Water under ice, like someone looking for a spoon in a drawer. The cable of the funicular, ticking. Ibby, breathing, and for once not a word. Two smells, then: snow, which has one after all, and lamp oil. One taste: the end of an oatcake. # practised: grounding_54321

"So," says Ibby after a while, in a different voice. "The next letter to Jo. It's in my coat. What would you do with it? I'm only collecting opinions."
+ ["You could send a short one, and simply ask." # id: ask_jo # to: tea]
    ~ ibby = 1
    "_Are you well, are you cross, do you need socks,_" says Ibby, trying it out. "That's a postcard, that. I could stand a postcard."
    -> tea
+ ["You could give it till Sunday, and look again." # id: till_sunday # to: tea]
    ~ ibby = 2
    "Till Sunday," says Ibby. "Not forever; till Sunday. That has got an end on it, at least." She ties a knot in her scarf so as to remember.
    -> tea
+ ["I don't know. But I like that you still write to her." # id: dont_know # to: tea]
    ~ ibby = 3
    She gives you a sidelong look, and then a shove with her shoulder, which you understand to be thanks.
    -> tea

=== tea ===
# scene: tea
# approach: cbt
# intensity: 1
# readiness: any
# location: kitchen
# topics: worry, self_criticism
# characters: Osanna Veck, Ibby, Lenz
The hand of the clock stands at VERY LATE. In the kitchen everybody sits on mail sacks round a pot in a knitted hat. Lenz has come over from the engine shed and holds his cup in both hands. {rounds:Ibby|A girl called Ibby, who runs the post up and down the stairs,} eats jam with a spoon. {goat:Ampersand comes in as if by chance, lies down on your feet, and is warm.|Ampersand looks in at the window, sees you, and goes on looking.}

{truth == 2:The pocket crackles as you sit. Nobody turns a head. "The passage edge wants filing down," says Osanna to her tea. "I've said so for years."|"The Inspector is due," says Osanna to her tea. "Some time this year. He likes to come when one doesn't expect it, so I expect it every night, and it has quite taken the edge off."}

And since it's quiet, there it is again, on the sack beside you, with a cup of its own: _{worry()}._ It would like to discuss this now. It always has time.
+ [Ask Osanna what one does with a worry during working hours. # id: ask_worry # to: worry_drawer]
    -> worry_drawer
+ [Walk Lenz back to the engine shed. # id: shed # to: engine_shed]
    -> engine_shed
+ [Take the lamp oil down to the cellar. # id: cellar # to: cellar]
    -> cellar
+ [Go back to the bench. Something has dropped in the chute. # id: chute # to: own_letter]
    -> own_letter

=== worry_drawer ===
# scene: worry_drawer
# approach: cbt
# intensity: 2
# readiness: any
# location: back passage
# skill: worry_time
# topics: worry, self_criticism
# characters: Osanna Veck
In the passage stands a cabinet with a hundred little drawers, and on each of them, in enamel, a time. "Nobody can not worry," says Osanna. "I've tried; it's like not thinking of a parrot. But one can say _when_. This is for what comes at the wrong hour."

She gives you a card and a pencil. "One sentence. Not the whole opera."
+ [Write down the sentence from the car. # id: write_train]
    You write: _{worry()}._ It's odd to see how short it is. In your head it had filled the whole car.
    -> when
+ [Write down another one, that is nobody's business. # id: write_own]
    You write it small, with your arm round the card. Osanna studies the ceiling with great tact until the pencil stops.
    -> when
= when
"Now make it an appointment. A quarter of an hour, not more, with a chair. And not just before bed, if you can help it. Which drawer?"
+ [Tonight, at NEARLY, before the first light. # id: tonight]
    ~ drawer = 1
    -> shut
+ [Tomorrow, at six in the evening. # id: tomorrow]
    ~ drawer = 2
    -> shut
= shut
You lay the card in {drawer == 1:the drawer that says NEARLY|the drawer that says 6 p.m.} and slide it shut. It closes with a click like a good purse.

"It'll come back," says Osanna. "Long before that. They have no watch. What will you say to it?"
+ ["You have an appointment. I'll see you then." # id: appointment]
    -> click
+ ["I've got it in writing. You needn't remind me." # id: in_writing]
    -> click
= click
You've hardly said it when it's there: _but what if_. You feel the pull to answer it. Instead you say the sentence, and turn back to what's in front of you: the cold brass of the drawer knobs, a hundred of them, and the smell of toast from somewhere. The worry isn't gone. It's waiting its turn. # practised: worry_time

"You'll have to do that six or seven times," says Osanna. "That isn't failing at it. That _is_ it."
+ [Walk over to the engine shed with a flask for Lenz. # id: shed # to: engine_shed]
    -> engine_shed
+ [Take the lamp oil down to the cellar. # id: cellar # to: cellar]
    -> cellar
+ [Go back to the bench. Something has dropped in the chute. # id: chute # to: own_letter]
    -> own_letter

=== engine_shed ===
# scene: engine_shed
# approach: cbt
# intensity: 3
# readiness: any
# location: engine shed
# skill: behavioural_activation
# warnings: loneliness
# topics: sadness
# characters: Lenz
The great wheel stands still at this hour. Lenz lives behind it, more or less: a chair, a kettle, a calendar on which nothing is written. "I used to have the band on Tuesdays," he says. "And Sundays I'd walk up to the tarn. Then it got so that I'd go when I felt like it. And I've been waiting to feel like it." He shrugs. "Four years, come March."

On the wall hangs a notice from the Upper Tarrow Brass: TUBA WANTED. STILL. He has, you notice, dusted it.

"I'd like to be in the room again," he says. "Just in that noise. But it's no good starting till I'm up to it, is it?"
+ ["It may go the other way round: first the doing, then the feeling." # id: other_way]
    "Like her," says Lenz, with a nod at the wheel. "She never feels like it either. You give her a push, and after the third sleeper she's singing."
    -> pick
+ ["What would be the smallest piece of it?" # id: smallest]
    "The smallest piece of a tuba," says Lenz slowly. It has clearly been a while since anybody put an interesting question to him.
    -> pick
= pick
You take the calendar from its nail, and the two of you write down what comes to mind. _Play with the band. Walk to the tarn. Open the case. Say good morning to Beate from the band, who gets in at the middle stop each day._ Lenz looks at the list as at a menu in a foreign country. "Which would you begin with?"
+ [_Play with the band on Tuesday._ # id: band]
    He goes rather pale. "A whole Tuesday." You both look at it, and you draw a line across it and cut it smaller: not the band, not a tune. _Open the case. One note._
    -> note
+ [_Open the case._ # id: open_case]
    "I could do that," says Lenz. "That's only two clips." He thinks. "And if it's open, one might as well have a note out of it. One."
    -> note
+ [_Say good morning to Beate._ # id: beate]
    "She says it, and I touch my cap," says Lenz. "I could use my mouth, I suppose. For practice." He looks at the case. "And as to mouths. One note. While there's somebody here."
    -> note
= note
"When?" you ask, and Lenz says "Now, or it'll be March." "And what might get in the way?" "That it sounds like a cow." You agree that it may sound like a cow, and that it counts.

It sounds like a cow: a big one, in fog, a long way from home. The kettle lid hums along, and somewhere up in the yard the goat replies. Lenz lowers the thing and is red to the ears. "Well," he says. And after a bit, "That was a B flat, you know. Under the cow." He takes the pencil and writes on the empty calendar, for tomorrow: _one note._ # practised: behavioural_activation
~ lenz = 1
+ [Stay a little. He's looking for something in the case. # id: stay # to: lenz_letter]
    -> lenz_letter
+ [Go back to the bench. # id: bench # to: own_letter]
    "Mind the ice," says Lenz, already wiping the mouthpiece.
    -> own_letter
+ [Take the outside ladder up to the roof. # id: roof # to: roof]
    -> roof

=== lenz_letter ===
# scene: lenz_letter
# approach: cbt
# intensity: 4
# readiness: settled
# location: engine shed
# skill: cognitive_reframing
# warnings: grief, illness
# topics: bereavement, shame
# characters: Lenz
From the lining of the case he takes an envelope, soft with age. "Marta's," he says. "To Marta, I mean. I wrote it the week after. There's no address to put." He doesn't hold it out to you, nor does he put it away. "She was poorly that winter. I went to band, the Tuesday. She said go. And that was the one. _I should have known._ You can candle it, it'll not say anything else."

You hold it to the shed lamp. It says _I should have known_, in a hand that has pressed hard.
+ [Sit with him, and say nothing yet. # id: sit]
    -> quiet
+ ["What did you know, that Tuesday?" # id: that_tuesday]
    -> tuesday
+ [Thank him for showing you, and leave it at that. # id: leave # to: own_letter]
    "Thank you for letting me see it," you say. "Aye," says Lenz. He lays it back in the lining, but he leaves the case open.
    -> own_letter
= quiet
You sit. The wheel ticks as it cools. It's not a silence that wants filling, and you don't fill it. After a time Lenz begins of himself, with his eyes on the lamp, to tell you about that Tuesday.
-> tuesday
= tuesday
"She'd had soup. She had colour. The doctor had been Monday and said it was mending. She told me I was under her feet, and to go and blow my horn." He frowns. "I've not thought of that for a while. _Under her feet._"

So that's what he knew, on the Tuesday. What he knows on all the days since, he has been posting back to that one man, who stands in the hall with his hat on and can't open it.
+ ["The man in the hall couldn't read this letter yet." # id: hall_man]
    -> hall
+ ["If Beate told you such a story, what would you say to her?" # id: beate]
    "I'd say, lass, how could you have." It comes at once. Then he hears it. He says it again, more slowly, to the lamp.
    -> hall
= hall
He takes your pencil. It takes him a long time. On the docket it says, in the end: _I didn't know. I'd have stayed. She said go, and I went, and she liked it that I played._

You candle it once more. The _should_ has gone thin. Beneath it, in the same hand, is another line, that was there all the time: _I miss you._ There's a hole for that in the sorting room, TRUE, AND HARD. Nothing needs to be done about it. It's allowed to be the letter. # practised: cognitive_reframing
~ lenz = 2
+ [Leave the two of them in peace, and go back to the bench. # id: bench # to: own_letter]
    -> own_letter
+ [Climb up to the roof for some air. # id: roof # to: roof]
    -> roof

=== cellar ===
# scene: cellar
# approach: cbt
# intensity: 2
# readiness: any
# location: cellar
# topics: death
# characters: Inspector Quill
In the cellar are the letters whose writers have moved on, in all senses. Shelf after shelf, as quiet as bottles. You're filling the lamps when you see that one is already lit. Between the shelves a long thin man in a long thin coat is going through the S's with his hat on.

He straightens up so fast that the hat comes off. "Quill," he says. "Inspector of Dead Letters. This is an inspection. It began an hour ago. I came in by the coal hole." There is coal on his nose. He opens a notebook. "An office is in order or it isn't. There's no third kind. I shall want to see the ledger."

But his other hand has stayed on the shelf, at _Sa_ to _Sc_, to keep the place.
+ ["Of course. Come up, and I'll show you the ledger." # id: ledger # to: inspection]
    -> inspection
+ ["Is there one in particular that you're looking for?" # id: looking # to: quill_letter]
    -> quill_letter
+ [Wish him a good inspection, and go back up to the bench. # id: bench # to: own_letter]
    "It's not meant to be good," says Quill, but he sounds as if it were some time since anybody wished him one.
    -> own_letter

=== inspection ===
# scene: inspection
# approach: cbt
# intensity: 4
# readiness: settled
# location: sorting room
# skill: cognitive_reframing
# warnings: conflict
# topics: work, anger, failure, shame
# characters: Inspector Quill, Osanna Veck
He reads the ledger standing, with one finger, and the finger stops. {truth == 1:"An envelope. Torn. TONIGHT." He looks up. "And written down, as if it were the weather!"|{truth == 2:"Seventy-one letters came in by this count. On the shelves I find seventy." Your pocket has never in its life been so loud.|"A blot," he says. "Here. On the fourth. And here a seven that might be a one!"}} His voice goes up. "It's a disgrace! One error, and the whole office can't be trusted. And a sorter who's been here for _five hours_!"

Heat comes up your neck. Osanna has put down her glue brush, but she looks to you first; it's you he has asked. On your other side the thought from the car is nodding along with the Inspector. They could be cousins.
+ [Breathe out, slowly, before anything else. # id: breathe]
    You let one long breath go, down to the end. The room is still loud, but you're in it again: feet, floor, ledger.
    -> answer
+ ["Please don't shout. I'll answer you." # id: no_shout]
    It comes out smaller than you meant, and quite clear. The Inspector shuts his mouth. He looks, for a second, like a man who has heard himself through a wall.
    -> answer
+ [Ask Osanna to take this, and go up to the roof. # id: roof # to: roof]
    "Osanna, would you?" "With pleasure," says Osanna, and rolls up her sleeves. It's no small thing to know when to hand something on. You take the back stairs.
    -> roof
= answer
"ALL OR NOTHING," murmurs Osanna, and nudges a brass label with her toe. There's a part of what he says that's so, and there is the rest. You could take them apart.
+ {truth == 2} ["The missing one is here. I tore it, and I kept it back." # id: give_back]
    ~ truth = 3
    You put it on the ledger, both pieces. Your hand isn't quite steady, and it does it none the less. "Corner," says Osanna. "The passage edge. It has had nine of mine." The Inspector counts: seventy-one.
    -> apart
+ {truth == 2} ["I can account for one letter. I'd like to do it in the morning." # id: later]
    It's true, if not all of it. He makes a note. Osanna says nothing, in a friendly way.
    -> apart
+ {truth != 2} ["Yes, that's an error. One, in seventy-one." # id: one_in]
    He begins to say something, and does the sum instead. You can see him do it.
    -> apart
+ {truth != 2} ["You're right about that. I don't agree about the rest." # id: partly]
    He turns the sentence over to find its underside. It doesn't seem to have one.
    -> apart
= apart
You draw a line on the back of a docket. At one end you write _not one letter arrives_, at the other _never an error, ever_. "Where would you put us?" The pencil hovers. He's an honest man, that's the trouble with him. He makes his mark: nearly nine tenths along. "And an office that you'd trust?" The second mark lands just to the _left_ of the first, and he looks at it in surprise.

"I've used only the ends," says Quill. "Thirty years." He wipes his nose, and there is coal on the notebook. "I raised my voice. That was, on this line ... well. It was down here." You notice that you can be angry still, and that it's already less. # practised: cognitive_reframing
+ ["What were you looking for, in the S's?" # id: looking # to: quill_letter]
    -> quill_letter
+ [Leave him to his line, and see what's in the chute. # id: chute # to: own_letter]
    -> own_letter
+ [Get some air on the roof. # id: roof # to: roof]
    -> roof

=== quill_letter ===
# scene: quill_letter
# approach: cbt
# intensity: 3
# readiness: any
# location: cellar
# skill: cognitive_reframing
# topics: family, conflict
# characters: Inspector Quill
Among the S's, he says, there should be a letter to a Miss Sabine Quill. He never sent it. He has inspected forty offices, and it has been in none of them. "It would not be in order for me to ask."

It's between _Saal_ and _Sabo_, where you'd look for a Sabine who is called by her first name. He can't look, so you hold it to the lamp for him. _Either I'm there for her always, or I'm no brother._

"We'd quarrelled about a clock," says Quill. "I missed one visit. And having missed one, one has missed it. One isn't the man who comes." He stands very straight. "So then I missed the rest."
+ ["What might a brother be who's somewhere in the middle?" # id: middle]
    He considers it like a foreign coin. "He would come ... at times." He coughs. "He'd send a card with a dog on it. He would be wrong about the clock."
    -> steps
+ ["All those offices. You've been looking for her a long time." # id: long_time]
    "For the letter," says Quill. And then: "Yes."
    -> steps
= steps
You turn over a docket and draw the line, from _no brother at all_ to _always, in everything_. Halfway there's a great deal of room. Between you, you put in what might stand there: _a card. A visit in spring. To ask after her knee. To say "I was wrong about the clock", or even "partly"._
+ [Ask which of these he could do this week. # id: this_week]
    "The card," says Quill. "I have one. It has a dog on it. I have had it for some time." He takes it from the notebook; it has been used as a bookmark until the dog has grown soft.
    -> end_line
+ [Ask where on the line he'd have put her, for staying away too. # id: her_place]
    "Sabine? Oh, well up. One has one's reasons, and her knee ..." He stops. "I see," he says. "I've been using two rulers."
    -> end_line
= end_line
On the docket he writes, in an upright hand: _I've been away a long time, and I'm her brother. Both._ It doesn't fit into either of the holes that he had brought. # practised: cognitive_reframing

He doesn't take the letter away with him. That would not be in order. But he asks, looking at the shelf, at what hour the morning post goes out.
+ [Tell him, and go up to the bench. # id: bench # to: own_letter]
    -> own_letter
+ [Tell him, and climb all the way to the roof. # id: roof # to: roof]
    -> roof

=== own_letter ===
# scene: own_letter
# approach: cbt
# intensity: 2
# readiness: any
# location: sorting room
# topics: worry, self_criticism
# characters: Osanna Veck
There is one letter in the chute. You turn it over, and know the hand, as one knows one's own coat on somebody else's hook. It's yours. You don't remember writing it, but then one doesn't, with these; they get written on the way.

You needn't hold it to the lamp to know what stands there in place of a stamp: _{worry()}._

"Ah," says Osanna from her ladder. "Yes. First night. You may do as with any other. Look at it properly, or put it up on the shelf until you care to. It doesn't go off."
+ [Look at it properly: all seven lines of the docket. # id: docket # to: thought_record]
    -> thought_record
+ [Put it on the shelf, and go up on the roof. # id: shelf # to: roof]
    It stands there between the string and the sealing wax, in no hurry. You take the back stairs.
    -> roof
+ {drawer == 1} [The clock says NEARLY: keep your appointment with the drawer. # id: drawer # to: drawer_time]
    -> drawer_time

=== thought_record ===
# scene: thought_record
# approach: cbt
# intensity: 3
# readiness: settled
# location: sorting room
# skill: thought_record
# topics: worry, self_criticism
The long docket has seven lines. You trim the lamp, sharpen a pencil, and put the letter where you can see it.

One. The situation. _Where, when, what: as a camera would have it._
+ [_The last car, at night, on the way to a new post._ # id: camera]
    The lamp burns steadily. A camera would have got just that.
    -> two
+ [_Me, making a fool of myself on a mountain._ # id: fool]
    The lamp flickers. A camera can't see fools, only a coat and a face in a window. You put: _The last car, at night, on the way to a new post._
    -> two
= two
Two. The thought. That's easily copied. _{worry()}._ It's just one of the lines now, and has only as much room as the others.

Three. The feeling. One word, from the body upwards.
+ [_Afraid._ A tightness under the ribs. # id: afraid]
    -> three
+ [_Embarrassed._ Heat in the face, before anything has happened. # id: embarrassed]
    -> three
+ [_Heavy._ As if one had carried the sacks up oneself. # id: heavy]
    -> three
= three
You write it down, and where it sits. Named, it keeps a little more still. And how strong, from nothing to a hundred? Not how strong it ought to be.
+ [_About forty._ # id: forty]
    ~ heat = 40
    -> four
+ [_About sixty._ # id: sixty]
    ~ heat = 60
    -> four
+ [_Eighty, or more._ # id: eighty]
    ~ heat = 80
    -> four
= four
{heat} goes into the corner, in pencil.

Four. What speaks for the thought? _Facts only. Be fair to it._
+ {truth} [_I tore a letter tonight._ # id: tore]
        So you did. It goes on the docket, at its real size: one corner.
    -> five
+ [_Much here is new to me, and I have to ask._ # id: ask]
    That's so. It goes on the docket. The lamp has nothing against it.
    -> five
+ [_It feels so true._ # id: feels]
    The lamp flickers, though kindly. That belongs in line three, where it stands already. You write instead: _Much here is new to me, and I have to ask._
    -> five
= five
Five. What speaks against it, or doesn't fit? This line is harder; the eye slides off it. What would somebody have seen who sat on the stove all night and was on nobody's side?
+ [_{thought == 2:I've got things wrong before now, and the next day came all the same|{thought == 3:Nobody was born knowing how to candle a letter|Nobody has said so. I've guessed it from faces}}._ # id: against_thought]
    The pencil goes on by itself for a moment: _{thought == 2:One slip has never yet shut this office, and it's an old office|{thought == 3:Osanna showed me. One only shows what people needn't know already|They gave me a lamp, a stool and a cup. That's no proof, but I did see it}}._
    -> six
+ {first_letter} [_I've sorted letters tonight, and they got lighter._ # id: lighter]
    Mrs Adeyemi's soup comes to mind. It's a fact, with a docket, in your own hand.
    -> six
+ {goat} [_A goat thinks well of me._ # id: goat_fact]
    You look at that. It's mind-reading. You cross out _thinks well of me_ and put _slept on my feet_. That has been observed.
    -> six
= six
Six. A thought that has room for lines four and five both. Not the opposite. Something that you could say to a friend and keep a straight face.
+ [_I'll be wonderful at this and all will love me._ # id: sunny]
    The lamp goes out altogether. You light it again. Too sweet doesn't stick either; it wants to be a thing that you can half believe at VERY LATE. You try once more.
    -> six_again
+ [_{thought == 2:I'll get some things wrong, and most of them can be mended|{thought == 3:I'm learning it. That looks like this|I can't see what they think. I can see that I'm doing the work}}._ # id: balanced]
    -> seven
+ [_It's new and it's hard, and I've got through this much of it._ # id: this_much]
    -> seven
= six_again
You chew the pencil. Then you put down something with less sugar.
+ [_{thought == 2:I'll get some things wrong, and most of them can be mended|{thought == 3:I'm learning it. That looks like this|I can't see what they think. I can see that I'm doing the work}}._ # id: balanced]
    -> seven
+ [_It's new and it's hard, and I've got through this much of it._ # id: this_much]
    -> seven
= seven
You read it aloud, softly. It doesn't sound like a trumpet. It sounds like a person.

Seven. And the feeling now? _The same scale. Whatever it is._ It was {heat} before.
+ [_A good deal less._ # id: much_less]
    You write down the new number. The thought on the envelope is as pale as a watermark: to be seen if one looks for it.
    -> done
+ [_A bit less._ # id: bit_less]
    You write down the new number. A bit is what a bit is. Letters get lighter by bits; there's no other way they do it.
    -> done
+ [_The same._ # id: same]
    You write {heat} again. The docket isn't a machine, and it's an honest number. "Sometimes it's the next day that one notices," says Osanna. "And sometimes one wants a second docket, or a sandwich."
    -> done
= done
All seven lines are full. You blot them, and tie the docket to your letter. # practised: thought_record

It's yours, so it needn't go up any chimney. What's to be done with it can wait for the morning.
+ {drawer == 1} [The clock says NEARLY: keep your appointment with the drawer. # id: drawer # to: drawer_time]
    -> drawer_time
+ [Look at the noticeboard by the coats. # id: board # to: small_act]
    -> small_act
+ [Help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort

=== roof ===
# scene: roof
# approach: mindfulness
# intensity: 1
# readiness: any
# location: roof
# skill: mindful_noticing
# topics: heights
Between the chimneys there is a flat place with a bench and a tarpaulin. It has stopped snowing. Only the letters still come down, singly now, out of a sky full of stars, each turning over once or twice to show its white side and its dark.

There's nothing to sort up here. One can just see them arrive. A thought of your own comes, too, and it occurs to you that it could be treated likewise.
+ [When a thought comes, say "there's one", and follow it down. # id: follow]
    There's one: about tomorrow. It turns over, white, dark, and goes down a flue. There's one: cold feet. There's one that comes back three times, and three times finds the chimney. You're not the letters. You're not even the chimney. You are somebody on a bench. # practised: mindful_noticing
    -> after
+ [Just look at the stars, and feel the bench. # id: stars]
    The bench is cold and then, where you sit, it isn't. You find one star that's rather yellow and stay with it; wander off; come back. It doesn't hold the wandering against you. # practised: mindful_noticing
    -> after
= after
Far off, over the last ridge, the black is turning into something that will be blue. {engine_shed:From the engine shed, very softly, comes a cow in fog, which is a B flat.|Somewhere below, the engine shed puts on its first light.}
+ {drawer == 1 and not drawer_time} [The clock will be at NEARLY: keep your appointment with the drawer. # id: drawer # to: drawer_time]
    -> drawer_time
+ [Go down, and look at the noticeboard by the coats. # id: board # to: small_act]
    -> small_act
+ [Go down, and help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort

=== drawer_time ===
# scene: drawer_time
# approach: cbt
# intensity: 2
# readiness: any
# location: back passage
# skill: worry_time
# topics: worry
There's a chair before the cabinet, and on it an egg timer in the shape of an egg. A quarter of an hour. You wind it up, sit down, and open the drawer marked NEARLY. The card lies there as you left it.

It's peculiar to be _asked_ to worry. You read the sentence. You worry at it for a bit, as instructed. And then?
+ [It's still just as bad. # id: still_bad]
    Then this is the place for it. You let it say all of it, once, the whole opera, and write down each act on the back of the card. There are four. The fourth is the first again, in a cloak.
    -> sort
+ [It has gone rather stale. # id: stale]
    It's as with bread. What was so hot at tea has got a crust in the meantime. You turn the card over, all the same, to see that nothing living is left in it.
    -> sort
= sort
On the inside of the drawer someone has painted: CAN ANYTHING BE DONE? _If so, what, and when. If not, leave it here._
+ [Something can: ask Osanna for one more showing, tomorrow. # id: can_do]
    You write: _tomorrow, at the start: ask her to show me the lamp again._ It's a plan and not a worry, and goes into a different pocket.
    -> ring
+ [Nothing can: it's about what isn't here yet. # id: cannot]
    You write: _not mine to settle tonight._ You put the card back on its little bed of sawdust. It may stay.
    -> ring
= ring
The egg rings. It's a startling sound for an egg. You stop, finished or not; that's in the contract. There are other days, and they have drawers. # practised: worry_time
+ [Look at the noticeboard by the coats. # id: board # to: small_act]
    -> small_act
+ [Find Osanna: she is sitting quite still before a form. # id: osanna # to: osanna_form]
    -> osanna_form
+ [Help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort

=== small_act ===
# scene: small_act
# approach: cbt
# intensity: 1
# readiness: any
# location: cloakroom
# skill: behavioural_activation
By the coats there hangs a noticeboard: ONE SMALL THING BEFORE YOU SLEEP. It's full of slips in all the hands of the night post. _Wash the blue cup. Ibby. — Look at the tuba. Lenz. — Look at it again. Lenz. — Eat something green. O. V._ Someone has simply bitten a slip, and that one is signed too, after a fashion.

There's a pencil on a string. What kind of thing would be good for you, in the day that's coming? Not the largest. One that leaves you with a crumb of _I did that_, or of _that was nice_.
+ [Something that moves me: out of the door, and round the corner. # id: move]
    ~ act = 1
    You write: _walk._ You look at it, and cut it smaller: _as far as the bakery, once, in daylight._
    -> when
+ [Something with a person: a few words to somebody. # id: person]
    ~ act = 2
    You write: _see people._ You look at it, and cut it smaller: _one message to one person, three lines at most._
    -> when
+ [Something for the room I live in. # id: room]
    ~ act = 3
    You write: _tidy up._ You look at it, and cut it smaller: _the window sill. Only the sill._
    -> when
= when
\_When?_ it says on the slip, and _What could get in the way?_
+ [Straight after breakfast. I might be too tired. # id: breakfast]
    You write it down, and after it: _then the half of it counts._
    -> pin
+ [Before the lamps are lit. I might not feel like it. # id: before_lamps]
    You write it down, and after it: _needn't feel like it. {engine_shed:The wheel|The stove} never does._
    -> pin
= pin
You pin up the slip among the others, next to the bitten one. It's so small a thing that the thought from the car can find nothing to hold it by. # practised: behavioural_activation
+ [Find Osanna: she is sitting quite still before a form. # id: osanna # to: osanna_form]
    -> osanna_form
+ [Help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort

=== osanna_form ===
# scene: osanna_form
# approach: cbt
# intensity: 2
# readiness: any
# location: sorting room
# skill: cognitive_reframing
# topics: work, ageing, worry
# characters: Osanna Veck
She has come down from the ladder, which makes her very small. Before her lies a form: APPLICATION FOR LEAVE, ONE WEEK, and beside it the picture of the sea, off its nail.

"I fill it in every winter," says Osanna. "As far as the signature. I've never seen it, you know. I should like to see whether it really goes all the way along." She holds the form to the lamp without looking, as one who knows. _If I'm away, it will all fall apart._

"I've examined forty thousand of these," she says. "It turns out that it's different with one's own. Would you?"
+ ["Has it ever been tried?" # id: tried]
    "I had the influenza, in the year of the parrot. Four days." She thinks. "They put everything under M. It took us an afternoon." She thinks again. "It was quite a merry afternoon."
    -> parts
+ ["What falls apart first? Let's be exact." # id: exact]
    "The stove. Ibby forgets the stove. No. She did it all through November." She counts on her fingers and, to her own surprise, comes to a stop at two.
    -> parts
= parts
"So it wouldn't fall apart. It would ... be done differently, by people who put things under M." She winces. "I mind that, I find. That may be the true part: I'd mind. And perhaps I mind as well that they _could_."
+ ["Both can be so: you matter here, and it would hold for a week." # id: both]
    She writes it on the docket word for word, and underlines _and_.
    -> sign
+ ["What would you tell a sorter who had this letter?" # id: tell_sorter]
    "To send it, and take galoshes." She claps her hand over her mouth, and behind it she's laughing.
    -> sign
= sign
She doesn't sign it now. But she dips the pen and lays it, wet, across the form, where it'll have to be dealt with one way or the other. "Before the ink dries," says Osanna. "I can do most things, when there's ink drying." # practised: cognitive_reframing
+ [Help her with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort

=== calm_place ===
# scene: calm_place
# approach: mindfulness
# intensity: 1
# readiness: any
# skill: mindful_breathing
# location: alcove
Behind the stove there's an alcove full of empty mail sacks, washed soft. Everybody at the Night Post knows it, and nobody asks anybody who's in it anything. There's a small clock with the same four words, but in here the hand is allowed to wait.

You sit down, and the sacks take your shape. It's warm at the back and cool at the face. You can hear the stove breathe, and the letters landing, clap, and clap, like very slow applause for nothing in particular.

There is nothing that you have to do here. You can let your eyes rest on the light that comes through the weave: small gold squares, more than anyone would count.
+ [Stay for ten breaths, without changing them. # id: ten_breaths]
    -> stay
+ {not tea} [Go back to the clock and the rounds. # id: rounds # to: rounds]
    -> rounds
+ {not tea} [Follow the smell of tea to the kitchen. # id: tea # to: tea]
    -> tea
+ [Take the back stairs up to the roof. # id: roof # to: roof]
    -> roof
+ [Go out and help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort
+ [Stay here until morning. That's a night too. # id: till_morning]
    -> morning
= stay
One, and the next. They come by themselves; they've done it all your life without once being asked. At six or so you lose the count, and it makes no difference, and you begin at one. # practised: mindful_breathing

When you look up, the clock in here has not moved.
+ {not tea} [Go back to the clock and the rounds. # id: rounds # to: rounds]
    -> rounds
+ {not tea} [Follow the smell of tea to the kitchen. # id: tea # to: tea]
    -> tea
+ [Take the back stairs up to the roof. # id: roof # to: roof]
    -> roof
+ [Go out and help with the dawn sorting. # id: dawn # to: dawn_sort]
    -> dawn_sort
+ [Stay here until morning. That's a night too. # id: till_morning]
    -> morning
= morning
You sleep a little, or don't. At some point someone lays a coat over you, and at some point {goat:the goat, who smells of oatcake|the goat, who has thought it over} lies down along your feet. Then the gold squares are white ones, and there is bread.

"A good night's work," says Osanna when you come out, and she means it. She has entered it into the ledger: _Alcove: kept warm._ The letters that you didn't sort have been sorted, or will be. The car goes down at seven, and up again at twenty to midnight, whenever you like.
# ending: the_warm_alcove
-> END

=== dawn_sort ===
# scene: dawn_sort
# approach: cbt
# intensity: 1
# readiness: any
# location: sorting room
# characters: Osanna Veck, Ibby
The hand has come round to EARLY. Everybody stands at the long table and bundles what goes back: each letter with its docket, to lie on its writer's table before the writer is up. Some will be sent today. Some will go back in the drawer, with company.

{tube_room:The letter to the Evening School goes into the bundle for Lower Stairs, all seven copies of it in one envelope now. }{packet_loft:The sister's letter weighs forty grams; you check, for the pleasure of it. }{ibby == 1:There's a postcard sticking out of Ibby's coat, with SOCKS? on it in capitals. }{ibby == 2:Ibby keeps touching the knot in her scarf, and then not mentioning it. }{ibby == 3:Ibby, next to you, is writing an address with great care, and her elbow in front of it. }{quill_letter:A card with a very soft dog on it has turned up among the outgoing post, stamped, correctly, at the full rate. }{inspection:In the Inspector's notebook, which he has left open on purpose, stands the word _Adequate_, and after it, smaller, _which is well above the middle_. }{first_letter:The man with the soup goes out on top, next door to himself.|The rest go in by stairs, top to bottom.}

{truth == 1:The torn one lies among the rest with its strip of stamp paper. You can hardly find it; you had thought that it would glow. "Mended post arrives as well as any other," says Osanna. }{truth == 3:The torn one lies among the rest with its strip of stamp paper. Seventy-one. Your pocket is only a pocket again. }

{osanna_form:Across the form at the end of the table, in ink that is quite dry, it now says _O. Veck_.|Osanna straightens the picture of the sea as she goes by. It's a thing she does in the mornings.}
+ {truth == 2} [Take the torn letter out of your pocket and lay it on the table. # id: lay_down]
    ~ truth = 3
    -> laid
+ [{truth == 2:Not yet. }Finish the last bundle. # id: finish]
    -> choose
= laid
"I tore this," you say. "I should have liked to say so at tea." Osanna turns it to the light. "Corner. Passage edge." She tears off some stamp paper, and holds it out for you to do. "It has had nine of mine, and two of those I carried about till Easter." It takes half a minute. That's the size it was, then.
-> choose
= choose
{truth == 2:The pocket crackles. There's tomorrow, too; the roll of stamp paper will be on its shelf. }The last string is tied. Over the ridge the sky has the colour of the inside of a shell. You're tired, in the good way, mostly in the arms.

"And you?" says Osanna. "The night's done. Where to?"
+ [Hang your lamp on the empty hook: you'd like to come again tonight. # id: hook # to: key_on_hook]
    -> key_on_hook
+ [Walk home down the stairs. # id: walk # to: down_the_stairs]
    -> down_the_stairs
+ {lenz} [Ride down in the first car, with Lenz. # id: ride # to: first_car_down]
    -> first_car_down
+ {thought_record} [Take your own letter to the box at the corner. # id: post # to: the_red_box]
    -> the_red_box

=== key_on_hook ===
# scene: key_on_hook
# approach: cbt
# intensity: 1
# readiness: any
# location: sorting room
# topics: worry, self_criticism
# characters: Osanna Veck
There are six hooks under the lamp shelf, and a name on five. You hang your lamp on the sixth. Osanna gets out the enamel paint and does the letters herself, with her tongue between her teeth. Your name comes out a little downhill. Neither of you mentions the third letter.

{osanna_form:"I'll be gone the second week in March," she says to the paint. "You'll be three. You'll put it all under M." "Probably," you say. "Send a postcard." "I'll _send_ it, too," says Osanna Veck.|"You'll have the ladder on Thursdays," she says. "I've been meaning to spend a Thursday on the ground." She looks past you at the sea.}

On the way to the door you come by your stool. The thought from the car is still sitting there. _{worry()}_, it says, but it yawns. {drawer == 2:"Six o'clock," you tell it. "You've got it in writing."|"I know," you tell it. "You said. You can come along tonight, if you carry something."}

{goat:Ampersand gets up from the step to let you by, and then, after thought, takes off her cap.|Ampersand lies on the step. You say good morning, and she answers. It's a short word, and you don't know it, but it's not unfriendly.}
# ending: a_name_on_the_hook
-> END

=== down_the_stairs ===
# scene: down_the_stairs
# approach: cbt
# intensity: 1
# readiness: any
# location: stairs
You walk down through the town as it wakes. Nine hundred and four steps, says a stone at the top; someone has added, _about_. Behind the doors, people are finding on their tables what they'd put away. One can't see it. One hears a chair; a kettle that's taken off in the middle of its whistle; once, a laugh.

{act == 1:At the bakery you stop. It's daylight, it's once, it's the bakery. You had half thought you'd be too tired, and you are, rather, and here you stand with a warm roll in each hand. The slip said nothing about two.|{act == 2:On a landing with a view you stop, and write your message on your knee. It comes to two lines and a half. You read it once, not four times, and send it off. What comes back will be whatever comes back; that you wrote is done.|{act == 3:At home you look at the whole room, and then, as agreed, only at the sill. A dead fly, three screws, a postcard. It takes as long as the kettle. Afterwards there's a clean white strip with sun on it, as broad as a hand.|You've nothing planned. You count steps as far as two hundred, and from there on you just walk them.}}}

{drawer == 2:A thought keeps pace with you for a flight or two. _Six o'clock_, you say to it. It consults a wrist without a watch, and drops behind.|{thought_record:The letter with its seven lines is in your coat. You needn't take it out. You know roughly how it goes by now.|A thought keeps pace with you for a flight or two. You let it walk on the side with the railing.}}

{ibby == 1:On the lowest landing Ibby overtakes you at a gallop. "Socks!" she shouts, and waves a postcard. "I put socks!" Then she's round the corner, on the way to a box.|{ibby == 2:On the lowest landing Ibby overtakes you at a gallop, a knot in her scarf flying out behind. "Sunday!" she shouts. "I haven't thought of it for an hour!" Then she hears what she has said, and laughs.|{ibby == 3:On the lowest landing Ibby overtakes you at a gallop. "I still don't know either!" she shouts, quite cheerfully, and holds up a fat letter with a stamp on it. A real one.|On the lowest landing the night runner overtakes you, coat flying, with a shout that might be your name.}}}

Then you put the key in your own door, and it's day.
# ending: nine_hundred_steps
-> END

=== first_car_down ===
# scene: first_car_down
# approach: cbt
# intensity: 1
# readiness: any
# location: funicular
# characters: Lenz
The first car goes down full of light and bread. You've the same seat as last night. The seat across from you is free, and no one has sat down in it so far; if someone does, there's room.

{lenz == 2:Lenz has put an envelope on the ledge before his window, soft with age, where the sun comes in. There's a docket tied to it. "She liked a view," he says, and that's all, and it's enough.|Lenz drives with one hand. The other lies on the dented case, which has both of its clips undone.}

At the middle stop a woman gets in with a cornet under her arm. "Morning, Lenz," she says, as each day. He lifts his hand to his cap. It stays there, in the air. "Morning, Beate," says Lenz.

Nobody falls over. The car goes on. After two bends, Beate says to the window that Tuesday they're only doing scales, as it happens. Dull stuff. A person could just sit in. {act:Lenz says he has got as far as one note. "That's where they start," says Beate. You think of your own slip on the board, and that it's about the size of a note.|Lenz says he has got as far as one note. "That's where they start," says Beate.}

The cable hums. It's some kind of B flat, if you listen.
# ending: the_first_note
-> END

=== the_red_box ===
# scene: the_red_box
# approach: cbt
# intensity: 1
# readiness: any
# location: street corner
# characters: Osanna Veck
At the corner of the first and second stairs stands a post box, red, with a hat of snow. It's a day box. What you put in there is really sent.

You have turned over the envelope. The sentence is still there, if one knows where to look, and there's your docket behind it with its seven lines: {heat} in one corner, and the new number in the other. There was no address on it. It's come to you, in the meantime, where it ought to go. You've written your own.

It'll take a day or two. It'll come on some ordinary morning, when the thing in the car has got in again without being asked, and it will say, in your own hand, what you found out by lamplight with nobody on anybody's side. {truth == 3:Also about the corner, and the pocket.|{truth == 1:Also about the corner, and the word _edge_.|Also about the goat.}}

You let go. There's a soft clap. {goat:Ampersand, who has come along on no business that she'd admit to, sniffs at the slot, and is content.|Up on the roof ridge, against the pink, a goat in a cap is watching you. She doesn't look at you any longer as at somebody who has come to the wrong window.}
# ending: a_letter_sent
-> END
