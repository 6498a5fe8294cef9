# id: the_cartographers_debt
# version: 1
# title: The Cartographer's Debt
# summary: A desert caravan, a blank map that is due in three days, and a small brass bird who repeats your harshest thoughts at breakfast.
# world: A caravan of map-makers crosses a desert where maps show only the way to what the traveller cares about.
# language: en

VAR domain = 0
VAR manner = 0
VAR song = 0
VAR letter = 0
VAR idris = 0
VAR figs = 0
VAR well = false
VAR action = 0

-> dawn_camp

=== dawn_camp ===
# scene: dawn_camp
# approach: act
# intensity: 1
# readiness: any
# location: desert camp
# topics: debt, self_criticism
# characters: Tuppence, Oru
You wake because somebody is reading your thoughts aloud.
"Still blank," says the bird on the tent pole. "Three days, and still blank. Perhaps you are the first person ever who has nothing to draw." It is the size of a lemon, made of brass, and called Tuppence, since that is what it keeps giving you: its tuppenceworth. It was built to warn caravans of danger. In a quiet season it took to listening to you instead.
You are an apprentice of the Slow Atlas, forty map-makers and fifty-one camels. Out here a map shows only the way to what its traveller cares about, so a merchant's map is all prices and a bride's map is very short. Every apprentice borrows their water, paper and camel, and pays it all back with one true map of their own. Yours is due at the Half-Moon Market. At present it is a handsome sheet of nothing.
Outside, the sky is the pink of a cat's tongue. In the ledger tent a lamp is lit. At the tea fire, your old friend Idris is pretending not to look this way.
+ [Go to the ledger tent and ask about the debt. # id: ledger # to: ledger_tent]
    -> ledger_tent
+ [Go to the tea fire. There is tea, at least. # id: tea # to: tea_fire]
    -> tea_fire
+ [Skip both, and open the chest where the compasses are kept. # id: chest # to: compass_chest]
    -> compass_chest

=== ledger_tent ===
# scene: ledger_tent
# approach: act
# intensity: 2
# readiness: any
# location: ledger tent
# topics: work, debt
# characters: Oru, Tuppence
Oru keeps the accounts of the Slow Atlas, and has a face like a well-folded letter. "One map, true," he reads out, finding your line with a fingertip. "That is all it says. Not large. Not admired. True."
"He is being nice," Tuppence informs you, "because he has given up."
Oru looks at the bird over his spectacles. "Mine used to say that as well. A jackdaw, not brass. Same opinions." On his desk, among the receipts, a twig stands in an ink bottle. It has one leaf. He turns it a little towards the light, the way you might straighten a child's collar.
+ [Ask about the twig. # id: twig]
    ~ figs = 1
    -> twig
+ [Ask what happens if the map stays blank. # id: blank]
    -> blank
= twig
"Fig," says Oru, and goes slightly red. "Cut from a tree in Sill, eleven years ago, and cut again each time it outgrew its bottle. I should like to plant it somewhere and be there when it's taller than I am. But sand is sand, and there is the ledger." He coughs. "I haven't mentioned it to anybody. It isn't in the accounts."
You promise not to put it in the accounts. He lends you the key of the compass chest, which he was going to do anyway. "The paper isn't blank, you know," he adds. "It's waiting for a question that is yours."
+ [Take the key to the compass chest. # id: key # to: compass_chest]
    -> compass_chest
= blank
"Then I write 'not yet' beside it," says Oru, "and I lend you more paper. I have written 'not yet' four hundred times. It is the commonest entry in the book. It's in here twice under my own name."
You had imagined something with more thunder. Tuppence, who also had, is silent for nearly a minute.
"Take the key of the compass chest," says Oru. "You've been asking that paper what would impress us. It doesn't know. Ask it something of yours."
+ [Take the key. # id: key # to: compass_chest]
    -> compass_chest

=== tea_fire ===
# scene: tea_fire
# approach: act
# intensity: 2
# readiness: any
# location: tea fire
# topics: friendship, conflict
# characters: Idris, Sanna, Tuppence
Idris moves along the bench exactly far enough to be polite. A month ago, in front of three buyers, you said of his coastline that it was pretty and wrong. It was pretty. It was also wrong. Since then the two of you have exchanged forty-one words, and thirty of them were "salt".
"He hates you," murmurs Tuppence into your collar. "So does the kettle."
Sanna, who drives the camels and knows every dune by its bad habits, pours for everyone. "Today the caravan splits at the white stone," she says. "Salt pans or dunes. The map-makers go wherever their maps tell them." She glances at the blank roll beneath your arm, and kindly finds something to do with a camel.
+ [Say good morning to Idris. Only that. # id: greet]
    "Morning," you say. Idris looks into his cup for some time. "Morning," he tells it. That makes forty-three words. Your ears are hot, and you notice you are still sitting here.
    -> after
+ [Ask Sanna what she'd draw, if she had a map. # id: sanna]
    "A well," she says at once. "Under its right name." Then she looks as if she has shown you something out of her pocket. "Ask me again when we're nearer. If you come by the dunes."
    -> after
= after
The tea is drunk and the tents are coming down. Old Oru passes with his ledger and drops a small key in your hand without breaking step. "Compass chest," he says. "Before you go anywhere."
+ [Go and open the compass chest. # id: chest # to: compass_chest]
    -> compass_chest

=== compass_chest ===
# scene: compass_chest
# approach: act
# intensity: 2
# readiness: any
# location: compass chest
# skill: values_compass
# characters: Tuppence
The chest smells of cedar and old journeys. In it lie dozens of compasses without any N on them. The faces are empty: you write your own. On the lid somebody has scratched, "A place can be reached. A direction can only be walked in. This is for directions."
You take one that fits your palm. Round its edge are four little windows, and in each window a picture. You needn't settle your whole life; the compass asks only about today. Which of these would you be sorry to have left out of it?
+ [Two cups, side by side: the people close to you. # id: people]
    ~ domain = 1
    -> how
+ [A worn pen: work done well with your own hands. # id: craft]
    ~ domain = 2
    -> how
+ [A door ajar: curiosity and play. # id: wonder]
    ~ domain = 3
    -> how
+ [A hammock: looking after yourself as well. # id: care]
    ~ domain = 4
    -> how
= how
{compass_chest.how > 1:The window clicks open. "You've changed your mind," says Tuppence, scandalised. You have; it's what a mind can do. And once more, the|The window clicks open, and the needle wakes and begins to turn. "Too vague," says Tuppence. "Anyone could choose that." Anyone could. The} second ring of the compass is the part that nobody else can fill in: not what you'd like to get, but how you want to be while you are about it.
Think of {dom()}. Picture one quite ordinary moment, ten minutes long, with you in it as you'd like to be. If someone were watching from across the fire, what would they see in how you do things?
+ [Kindness. # id: kindly]
    ~ manner = 1
    -> test
+ [Honesty. # id: honestly]
    ~ manner = 2
    -> test
+ [Patience. # id: patiently]
    ~ manner = 3
    -> test
+ [A light hand. # id: lightly]
    ~ manner = 4
    -> test
= test
You turn the ring to the word "{man()}". The needle swings, overshoots, swings back. There is one more inscription, round the rim, in letters that you have to squint at: "And if nobody ever saw?"
Suppose no one is impressed. No buyer, no Oru, no one at home. Would you still want to lean this way? You wait for what answers, which is not the bird.
+ [Yes. Even if nobody saw. # id: yes]
    -> kept
+ [I'm not sure. I'll carry it as a guess. # id: guess]
    "A guess," says Tuppence scornfully. But the needle doesn't mind at all. A compass has to be walked with before it can be trusted; that is what it's for.
    -> kept
+ [No. That was what I thought I ought to say. Turn it again. # id: again]
    A good thing to find out in the first ten minutes. You shut the windows and begin again.
    -> again
= again
Two cups, a worn pen, a door ajar, a hammock. This time you don't ask which is the most respectable.
+ [The people close to me. # id: people]
    ~ domain = 1
    -> how
+ [Work done well. # id: craft]
    ~ domain = 2
    -> how
+ [Curiosity and play. # id: wonder]
    ~ domain = 3
    -> how
+ [Looking after myself as well. # id: care]
    ~ domain = 4
    -> how
= kept
The needle settles. It points neither north nor towards anything you can see: it points out from your own breastbone, as if it said "from here". You have a bearing. {cap_dom()}, {man()}. # practised: values_compass
You hang it round your neck. It weighs about as much as a boiled egg.
+ [Unroll the blank map and hold the compass over it. # id: map # to: map_wakes]
    -> map_wakes

=== map_wakes ===
# scene: map_wakes
# approach: act
# intensity: 1
# readiness: any
# location: white stone
# characters: Tuppence, Sanna
At the white stone, where the caravan divides, you kneel on the corners of your map and hold the compass over it. For a breath nothing happens. Then a line the colour of strong tea creeps out from under your left knee.
{domain == 1: It runs past small marks like lit tents, close together, and at each it makes a little loop, as one does to say hello.}{domain == 2: It runs slowly and with care, and where it crosses a slope it shades the slope in, though nobody asked for shading.}{domain == 3: It runs straight off the known part of the sheet, and there it draws a tiny door.}{domain == 4: It doesn't run at all. It strolls, from one patch of shade to the next, and there is a hammock in the margin.}
"Rubbish," says Tuppence, a little less loudly. "That's only two inches." It is. Two inches further on the line forks, and both ends fade. One prong goes over the salt pans, which are quick, bright and bare. The other goes round by the singing dunes, with Sanna and the slow camels. The compass is content with either: one can walk {man()} on any road.
+ [Cross the salt pans. # id: salt # to: salt_pan]
    -> salt_pan
+ [Go round by the dunes with Sanna. # id: dunes # to: dunes]
    -> dunes

=== salt_pan ===
# scene: salt_pan
# approach: act
# intensity: 3
# readiness: any
# location: salt pan
# topics: self_criticism
# characters: Tuppence
There is nothing on the salt pans but salt, sky, a camel called Erratum, and you. It is a wonderful place to hear oneself think. That's the trouble with it.
Tuppence rides on the saddle horn and has the acoustics to itself. "You'll never finish it. You're too slow. Everyone else knew what they wanted by your age." After an hour you notice that you have begun to answer: that's not true; well, partly; well, there was the year when… Erratum, who steers by the set of your shoulders, has walked in a perfect circle. Here are your own footprints, with a look of being pleased to see you.
Arguing hasn't helped. Agreeing hasn't either. A little way off stands a cairn with a flat top, where travellers before you have scratched things in the salt.
+ [Try singing loudly over the bird. # id: drown]
    You sing all nine verses of "The Camel Who Would Not". Tuppence, delighted, joins in, and puts your thoughts to the tune. They scan beautifully. You have made two tired throats and no progress, and you both know it. So: the cairn.
    -> onward
+ [Stop. Get down, and have a drink of water. # id: stop]
    You slide down. The water's warm and tastes of goatskin, and for as long as the swallow lasts you are in no argument with anyone. The salt creaks under your boots. Right. The cairn.
    -> onward
= onward
Erratum follows you to it without being led, as though it had been her idea.
+ [Read what the others scratched at the cairn. # id: cairn # to: naming_cairn]
    -> naming_cairn

=== naming_cairn ===
# scene: naming_cairn
# approach: act
# intensity: 3
# readiness: any
# location: cairn
# skill: defusion_naming
# topics: self_criticism, failure
# characters: Tuppence
The salt round the cairn is covered in handwriting. "I am having the thought that I've taken the wrong road." "I am having the thought that my brother draws better." Dozens of them, all beginning alike. Below, in capitals: "WRITE YOURS. READ IT OUT. TAKE A STEP BACK EACH TIME."
Tuppence hops down, interested. It is, after all, a connoisseur. Which one shall you write? It can be one of the bird's, or one of your own that you needn't show to anybody; one that nips, rather than the one that hurts most.
+ ["I'm not good enough at this." # id: enough]
    ~ song = 1
    -> first
+ ["I'm going to fail." # id: fail]
    ~ song = 2
    -> first
+ ["Everyone else knows where they are going." # id: others]
    ~ song = 3
    -> first
+ [One of my own, which I'll keep to myself. # id: own]
    ~ song = 4
    -> first
= first
You write it with a tent peg, {song == 4:in letters so small that only you could read them|large and plain}. Now read it over, first without any beginning, as Tuppence would say it. Notice how it sits: near, like a hand over the eyes. You can hardly see salt for it.
Now put the beginning in front, as the others did: I am having the thought that… Say the whole of it, slowly, and take one step back.
+ [Say it with the beginning, and step back. # id: say]
    -> second
= second
It's the same sentence. You haven't made it false or chased it off. But there is a strip of white ground between it and your boots now, about as wide as a door.
There's one step more to take: I notice that I am having the thought that… That makes three of you at the cairn. There's the thought, there's the bird who says it, and there's someone who notices both of them and has sand in one shoe.
+ [Say the long version, and step back again. # id: longer]
    -> name
+ [It doesn't feel any different. # id: same]
    Fair enough. It isn't meant to feel nice, and some days it feels like nothing. You check the one thing worth checking: can you see a bit more of the desert than before? A bit. That'll do.
    -> name
= name
One last custom. A story that comes round this often deserves a title, the way one would say, "Ah, they are playing that again." There's a row of titles on the flat stone, and room for another.
You look at Tuppence. Tuppence puffs out its rivets.
+ {song == 1} ["The Ballad of Not Quite Enough." # id: ballad]
    -> named
+ {song == 1} ["The Measuring Song, with All the Verses." # id: measuring]
    -> named
+ {song == 2} ["The Great Collapse, in Four Acts." # id: collapse]
    -> named
+ {song == 2} ["The Failure Story, Matinée Performance." # id: matinee]
    -> named
+ {song == 3} ["Everyone Else Has a Map." # id: map]
    -> named
+ {song == 3} ["The Lost Apprentice, Volume Nine." # id: volume]
    -> named
+ {song == 4} [A title of my own. # id: title]
    -> named
= named
You scratch the title into the stone and bow to the performer. "Thank you, Tuppence," you say. "I know that one." The bird opens its beak, finds it has been thanked, and shuts it again. It has never been thanked. It walks in a small circle to think about it. # practised: defusion_naming
Then you get back on Erratum and ride, with the thought trotting along behind. By late afternoon the smoke of the evening camp stands on the horizon, straight as a ruled line.
+ [Ride in to the camp. # id: camp # to: evening_camp]
    -> evening_camp

=== dunes ===
# scene: dunes
# approach: mindfulness
# intensity: 1
# readiness: any
# location: singing dunes
# skill: mindful_noticing
# characters: Sanna, Tuppence
The dunes sing when they are walked on: a low note, like a bow drawn over the edge of a table. Each has its own. Sanna goes barefoot, so as to be in tune.
"Town people listen for what the sound means," she says. "Try listening to the sound." So you do, for as long as it takes to cross one dune. The note comes up through your heels. A hiss runs down the slope. Somewhere behind, a camel makes a remark. Your mind goes off to the market and the map, and comes back when it notices, without anybody having to be told off. # practised: mindful_noticing
"You're doing it wrong," says Tuppence, and that too is a sound: tinny, quick, with a click at the end. At the crest Sanna halts. In the dip below is a ring of stones and a bucket.
+ [Walk down to the well with her. # id: well # to: sanna_well]
    -> sanna_well
+ [Leave Sanna to her well, and follow the line of green beyond it. # id: green # to: stream_leaves]
    -> stream_leaves

=== sanna_well ===
# scene: sanna_well
# approach: act
# intensity: 2
# readiness: any
# location: well
# topics: family
# characters: Sanna, Tuppence
On every map of the Slow Atlas this is "Well Nine (brackish)". Sanna hauls up the bucket and hands you the dipper. It is the sweetest water you've had in a month.
"Somebody was rude on a bad day," she says. "My grandmother dug it. It took her three years, and whenever travellers asked if there was water yet, she said, come back Tuesday. So that's its name. Come Back Tuesday. She never minded that it was slow, only that they asked so crossly." She rests her hands on the stones. "I can't draw. I've asked two map-makers. They said they would see."
Your own map is two inches of tea-coloured line. Ink is dear, and the well isn't on your road. You feel for the compass at your neck: {dom()}, {man()}.
+ [Draw the well for her, under its right name. # id: draw]
    ~ well = true
    You draw the ring, the bucket, the dent where the camels kneel. You ask how she'd spell it. It takes a quarter of an hour, and nobody gives a thought to whether it's good, until Tuppence says that the bucket's lopsided. "It is," says Sanna happily, "look at it!" – and so it is. When you sit back, your line has grown by the width of a thumb.
    -> after
+ [Tell her honestly that you can't promise it, and ask to hear more. # id: hear]
    "That's a better answer than 'we'll see'," says Sanna. She tells you how her grandmother lined the shaft, stone by stone, and what she sang to it. You can't pay with ink today; you pay with listening. It appears to be good coin.
    -> after
= after
Beyond the well there's a line of green, thin as a thread. "The stream," says Sanna. "It comes up, runs for half a mile, and goes under again. Bisi minds it. If your bird's got a lot to say, that is the place for it. I'll water the beasts."
+ [Follow the green line to the stream. # id: stream # to: stream_leaves]
    -> stream_leaves
+ [Stay with the camels and go on to the camp. # id: camp # to: evening_camp]
    -> evening_camp

=== stream_leaves ===
# scene: stream_leaves
# approach: act
# intensity: 2
# readiness: any
# location: desert stream
# skill: defusion_leaves
# topics: worry, self_criticism
# characters: Bisi, Tuppence
The stream comes out from under a rock as if it had been expected. It's a yard wide. Old poplars lean over it, letting go of a leaf now and then. An old woman with her sleeves rolled up sits on an upturned barrow. "I'm Bisi," she says. "Sit. Not you," to Erratum, who stands.
"Here's how it goes. You look at the water. Something turns up in your head, a word or picture or a grumble. You put it on a leaf. Nice ones and nasty ones alike, I'm not choosy. Then you let the stream have the moving of it. You don't push."
You sit. The water makes its small change-counting sound. The first leaf turns in the pool before you, waiting.
+ ["The map won't be ready." Put that on it. # id: map]
    It fits, with the end hanging over. The leaf rocks, takes the weight, and turns towards the current.
    -> slow
+ ["I wonder what's for supper." Put that on it. # id: supper]
    Why not? It's what turned up. "Good," says Bisi. "They needn't be grand." The leaf turns towards the current with the supper aboard.
    -> slow
+ [Something of my own. Put it on without a word. # id: own]
    No one asks. The leaf dips a little, takes it, and turns towards the current.
    -> slow
= slow
And there it sticks, against a root. You want very much to reach out and flick it. "It isn't working," Tuppence observes. "It's still here. You can't even do leaves."
Bisi doesn't look round. "That's another one," she says. "Very quick, your bird. Leaves fall slower than that."
+ [Put "it isn't working" on a leaf of its own. # id: leaf]
    You set it on the next leaf that falls. Now there are two at the root, nudging each other like sheep at a gate. You let them. The stream's in no hurry; you borrow some of that.
    -> hooked
+ [Push the first leaf, just a bit. # id: push]
    It spins, ships water, and comes straight back to your hand. Bisi laughs, not unkindly. "Everyone does that once. I did it for a year." You dry your fingers, and leave the leaf to the water.
    -> hooked
= hooked
For a time it goes nicely: a leaf, a thought, a leaf. Then you find you are in the middle of explaining yourself to a whole row of buyers at the market, with gestures. You have no idea for how long. The stream's gone on without you.
This isn't the exercise failing. This is the exercise: here is the moment in which you notice.
+ [Note "off with a thought", and come back to the water. # id: back]
    -> done
+ [Put the buyers on leaves, one after another, hats and all. # id: buyers]
    They go by in a row, rather dignified, holding on to their hats.
    -> done
= done
You stay until the shadow of the poplars has reached your knees. Some leaves went quickly. One is still at the root, and may stay there. You're on the bank: you are where the leaves are watched from. # practised: defusion_leaves
"Where do they end up?" you ask. Bisi nods downstream, at a grating, a barrow, and a vast dark heap, steaming faintly. "Finest compost in the desert. Worries, mostly. Melons love them. I've more than I can use, and nobody to give it to who grows anything."
{figs > 0: You think of a twig in an ink bottle. "I may know somebody," you say, "though it isn't in the accounts." Bisi fills a sack for him on the spot. It weighs as much as a goat.|You thank her for the loan of the bank. Bisi says to bring the bird again; she's running low on "can't even".}
{figs == 1:
    ~ figs = 2
}
+ [Go on to the evening camp. # id: camp # to: evening_camp]
    -> evening_camp

=== evening_camp ===
# scene: evening_camp
# approach: act
# intensity: 1
# readiness: any
# location: evening camp
# characters: Tuppence, Idris
The two halves of the caravan meet beneath a red cliff, and for an hour there's the noise of people telling each other about the same desert. Lamps go up. Somebody's frying onions. You unroll the map on your knees: the line has come on by another inch.
It has done something else too. Round the edge, faint as watermarks, four small places have appeared, all within this camp. A fire where Idris is sitting by himself. Your own tent, with an envelope drawn in it, and you know quite well which. The top of the cliff, with a star. A kettle.
"Four things," says Tuppence, "and you'll choose wrong." But a map of what you care about has no wrong side. You needn't do them all tonight, and the hard ones aren't worth more.
+ [Go and sit down by Idris. # id: idris # to: idris_fire]
    -> idris_fire
+ [Go to the tent, and the letter. # id: letter # to: letter_tent]
    -> letter_tent
+ [Climb up to where the star is. # id: star # to: sky_roof]
    -> sky_roof
+ [See about the kettle. # id: kettle # to: kettle_breath]
    -> kettle_breath

=== idris_fire ===
# scene: idris_fire
# approach: act
# intensity: 4
# readiness: settled
# location: Idris's fire
# warnings: conflict
# topics: friendship, anger, shame
# characters: Idris, Tuppence
~ idris = 1
{letter == 1:
    ~ letter = 0
}
"It's a public fire," says Idris, when you ask if you may. He goes on sharpening a pen that was sharp already.
You had a speech. It's gone. What comes is, "About your coastline." His knife stops. "You said it in front of buyers," he says, quite low. "I'd worked on that for a year. You could have told me at supper. You could have told me any day, we shared a tent! Do you know what I thought? I thought, that's what they've been thinking the whole time."
Heat goes up your neck. There's a band round your ribs, and it tightens by a hole. "Explain," hisses Tuppence. "Say he started it. Or leave, leave now, say there's something wrong with a camel." Every part of you that was built for alarms agrees with the bird.
+ [Ask him for a minute, and stay where you are. # id: stay # to: making_room]
    "I want to answer properly," you say. "Can I have a minute?" Idris shrugs, which is not a no.
    -> making_room
+ [It's too much just now. Say so, and say when you'll come back. # id: later # to: kettle_breath]
    ~ idris = 3
    "I'd like to answer that well, and tonight I can't," you say. "May I try again at the market?" He looks surprised, then nods at the fire. That isn't running away: running away doesn't name a time. You walk off on shaky legs, towards the kettle.
    -> kettle_breath

=== letter_tent ===
# scene: letter_tent
# approach: act
# intensity: 4
# readiness: settled
# location: your tent
# warnings: family
# topics: family, conflict
# characters: Tuppence, Maren
~ letter = 1
{idris == 1:
    ~ idris = 0
}
The envelope is at the bottom of your bag, beneath the spare socks, where it has been for forty days. You know the handwriting. Your sister Maren crosses her t's as if she were barring a door.
When you left to join the Slow Atlas, there were words on the doorstep of your father's chart shop. Who was to mind the shop; who always got to leave. You said you'd write. You've written nine letters and have sent none of them.
"It's bad," says Tuppence. "If it were good, she wouldn't have pressed so hard." Your thumb is on the flap. Something sinks in your stomach, like a bucket let go.
+ [Hold the letter, and make room for the sinking before you decide. # id: room # to: making_room]
    -> making_room
+ [Not tonight. Put it in your breast pocket, out of the socks at least. # id: pocket # to: sky_roof]
    ~ letter = 3
    You move it up to the pocket over your ribs. It's as unread as ever. But it has come out of hiding, and that's a distance too, even if no one could draw it. You need some air.
    -> sky_roof

=== making_room ===
# scene: making_room
# approach: act
# intensity: 3
# readiness: settled
# location: a quiet minute
# skill: willingness
# topics: anxiety
# characters: Tuppence
{letter == 1: You sit on the bedroll with the letter in your lap.|You look into the fire, and Idris lets you.} There's an old trick of the Slow Atlas for ground you don't care to enter: before you decide anything about it, survey it.
So: where is it, exactly? You go down from the top like someone checking a house at night. Where does the feeling have its edges?
+ [In the throat. # id: throat]
    -> shape
+ [In the chest. # id: chest]
    -> shape
+ [In the belly. # id: belly]
    -> shape
+ [It's all over, like weather. # id: all]
    -> shape
= shape
There. You draw round it, in your mind, as one draws round an island. Is it heavy or light? Warm, or cool? Does it move? You aren't trying to shrink it. Surveyors don't push mountains.
"Make it stop," says Tuppence, and for once it doesn't sound spiteful. It sounds like a small alarm that was built to be frightened on other people's behalf.
+ [Breathe in, and let the breath go round the feeling, not through it. # id: breathe]
    -> space
+ [Push it down hard, for one breath, to see what that does. # id: push]
    You clench everything you own. For one breath it works; then your jaw hurts and the feeling's there as before, with a jaw ache on top. Good to know. You unclench. Now with the breath going round it instead.
    -> space
= space
In, and your ribs widen by a finger. Out. The feeling is the size it was, and the room it has got is larger. You needn't like it. You wouldn't have invited it. You just stop standing in the doorway with both arms out.
Then you ask what all surveyors ask: what would I be doing here, if I let this come along? And for the sake of what? You have an answer to the second: {dom()}, {man()}. If that is worth a tight minute, you can be willing. If it isn't, tonight, then you can be willing to wait, and that's also a choice, as long as you're the one who makes it.
+ [Let it come along, and take the next small step. # id: willing]
    -> willing
+ [This is as far as I'm willing to go tonight. # id: enough]
    -> enough
= willing
"All right," you tell the feeling, or the bird. "You may ride with me. I'm holding the reins." Tuppence climbs up on your shoulder and, after some thought, sits down. # practised: willingness
+ {letter == 1} [Open the letter. # id: open # to: letter_read]
    -> letter_read
+ {letter != 1} [Answer Idris. # id: answer # to: idris_answer]
    -> idris_answer
= enough
You've been with it for three minutes, with your eyes open, and you have chosen where to stop. That is no small piece of surveying. # practised: willingness
{letter == 1: You put the letter in your breast pocket. Out of the socks, at least.|"I'm not finished with this," you tell Idris. "I'll come and find you." "I know where I'll be," he says, not quite unfriendly. "I've a camel that won't go any faster."}
{letter == 1:
    ~ letter = 3
}
{idris == 1:
    ~ idris = 3
}
+ [Go up to the top of the cliff for some sky. # id: sky # to: sky_roof]
    -> sky_roof
+ [Go to bed. # id: bed # to: second_morning]
    -> second_morning

=== idris_answer ===
# scene: idris_answer
# approach: act
# intensity: 3
# readiness: settled
# location: Idris's fire
# topics: friendship, conflict
# characters: Idris, Tuppence
~ idris = 2
The band round your ribs is still there. You talk with it on, as one talks with a hat on.
+ ["I was showing off. I'm sorry it was your coast I did it with." # id: sorry]
    Idris turns the pen over twice. "It was wrong, though," he says at last. "The bay. I knew that, which made it worse." He isn't smiling, but he has put away the knife.
    -> after
+ ["I'd like to hear how it was for you. All of it." # id: listen]
    It takes a while. There's a good deal of it, and you don't defend yourself once, though Tuppence drafts you three excellent defences. When he's done, he looks lighter by about one coastline.
    -> after
= after
"I'm leaving the Atlas after the market," he says then, into the fire. "I want to go to the pilot boats at Verrin. They redraw the channel every spring, since it moves. Nobody there has ever had a finished map. It sounds like heaven." He glances at you. "I hadn't told anyone. There was only one person I'd normally have told."
It isn't all mended. It's like a repaired cup: you'd still lift it with both hands. But that night it holds tea.
+ [Sleep. # id: sleep # to: second_morning]
    -> second_morning
+ [Take your blanket up under the sky. # id: sky # to: sky_roof]
    -> sky_roof

=== letter_read ===
# scene: letter_read
# approach: act
# intensity: 3
# readiness: settled
# location: your tent
# topics: family, conflict
# characters: Maren, Tuppence
~ letter = 2
It is one sheet, both sides. You read it with the sinking feeling reading over your shoulder.
"I am still cross," writes Maren. "I'll say it first, so that you needn't look for it. I'm cross, and I've let the back room to a man who mends clocks, and it's cheerful to have the ticking. I've stopped selling sea charts. I hated sea charts. I never asked if I might hate them till there was nobody there to mind. What I'd like is a week off, once, and someone to tell me what the desert smells like. Your stool is where it was. Lamp Night's at the new moon, if you happen to be passing. I don't suppose that you'll be passing. M."
You read it through again. It isn't what the bird said. It isn't what you hoped either. It's just Maren, cross and fair, with her barred t's.
+ [Smell the night air, and think how you'd describe it to her. # id: smell]
    Cold stone. Onion, camel, lamp oil. Something like struck flint, far off. You find you are moving your lips.
    -> after
+ [Fold it, and let it be mixed. # id: mixed]
    Glad, sorry and a bit annoyed. They sit in you side by side, like passengers who haven't been introduced.
    -> after
= after
"Well," says Tuppence. It seems to have nothing further. On the map, in the far corner, a very small stool has appeared.
+ [Sleep. # id: sleep # to: second_morning]
    -> second_morning
+ [Go out and look at the sky first. # id: sky # to: sky_roof]
    -> sky_roof

=== sky_roof ===
# scene: sky_roof
# approach: act
# intensity: 1
# readiness: any
# location: cliff top
# skill: observing_self
# topics: heights
# characters: Tuppence
The cliff top is flat and keeps the day's warmth, like a loaf. You lie on your back. There's no moon yet, and far more sky than anybody could need.
You think of the day, as one turns over the sheets of an atlas. This morning you were someone who dreaded breakfast. Later you were too hot, and sure of things, then not sure. There has been a laugh in it somewhere. All these came over like weather, and something was there for each of them, and is here now, noticing that the stone's warm.
A cloud goes across, a small one with a self-important look. The stars don't move aside for it, nor do they put up a fight. "Am I the cloud?" Tuppence asks suddenly. It's the first question that you have ever heard it ask.
+ ["I think we're both what the clouds go over." # id: both]
    Tuppence considers. "That's large," it says, "for someone of my size." But it tips its head right back, until it falls over, and stays like that. # practised: observing_self
    -> after
+ ["I don't know. Stay and look." # id: look]
    It stays and looks. You hear its little works slow down, tick by tick, till they're about as fast as your breath. # practised: observing_self
    -> after
= after
Neither of you says any more. There's nothing here to get right.
+ [Sleep where you are, and wake with the light. # id: sleep # to: second_morning]
    -> second_morning
+ [Climb down to the kettle for something hot first. # id: kettle # to: kettle_breath]
    -> kettle_breath

=== kettle_breath ===
# scene: kettle_breath
# approach: mindfulness
# intensity: 1
# readiness: any
# location: kettle fire
# skill: breathing_478
# characters: Oru, Tuppence
The big kettle of the Slow Atlas takes its time, and whoever minds it learns to. Tonight it's Oru, in a cardigan. "Night watch custom," he says, and pats the rug. "We breathe it to the boil. In by the nose for four. Hold for seven, if that's comfortable, and out by the mouth for eight, as though you were cooling soup. Four rounds, not more. If it makes you giddy or cross, count less, leave out the hold, or just watch the kettle."
Tuppence settles on the handle, thinks better of it, and settles on the lid of the sugar.
+ [Breathe with the count: four, seven, eight. # id: count]
    -> rounds
+ [Breathe it shorter, with no holding: in three, out five. # id: short]
    -> short
+ [Just watch the kettle tonight. # id: watch]
    You watch the kettle. A bead of water runs down its side and is gone with a tick. Then another one. Oru watches too, and doesn't seem to think that you are missing anything.
    -> boiled
= rounds
In, two, three, four. You hold, and the flame leans and straightens, leans and straightens, seven of them. Then out, long, and the soup of the air gets cooler all the way to eight. Your shoulders come down by a notch that you hadn't known was there.
+ [Go round three more times, at your own pace. # id: more]
    -> more
+ [Once was plenty. Let the breath do as it likes. # id: once]
    You let it. It does as it likes, a little slower than before.
    -> boiled
= more
Four, seven, eight. The bird tries to say something in the second round, and has to wait for the end of the breath, like anyone else. Four, seven, eight. In the last one you hear the water begin to tremble. # practised: breathing_478
-> boiled
= short
In for three, out for five. It's a modest sort of breath, with no fuss to it. "That is the one I use," says Oru. "The other's for people with lungs." You go round four times, and the kettle starts to mutter. # practised: breathing_478
-> boiled
= boiled
It boils when it boils. The tea has mint in it. "I used to think calm was a place and I had lost the map," says Oru. "Now I think it's more like this fellow. It comes, it goes off, one puts the water on again."
+ [Drink up, and sleep till morning. # id: sleep # to: second_morning]
    -> second_morning
+ {letter == 0} [Go to your tent. There is that letter. # id: letter # to: letter_tent]
    -> letter_tent

=== second_morning ===
# scene: second_morning
# approach: act
# intensity: 1
# readiness: any
# location: red cliff
# characters: Oru, Sanna, Tuppence
In the morning there's frost on the camels' eyelashes, and your map has changed again. {letter == 2 && idris == 2: A stool in one corner, a boat in the other, and the line has thickened between them.|{letter == 2: The little stool's still there in the corner.|{idris == 2: Near the edge there's a small boat now, on a channel with no fixed banks.|The line has grown a finger's breadth in the night, as though it had gone on thinking.}}}
"One day left," says Tuppence, by way of good morning. {song > 0: "I shall now perform—" "I know," you say. "I know that one. Thank you." It performs anyway, but you get your boots on meanwhile.|You get your boots on while it talks. It turns out that the two don't exclude each other.}
There are two ways to the last inn before the market. The High Road is shorter, but there's a brown smudge over it that Sanna doesn't like. "Wind later. Passable, if you don't mind not seeing your hand." The Archive Road is longer and goes with Oru, who has to leave some papers at a house on the way.
+ [Take the High Road with Sanna. # id: high # to: storm]
    -> storm
+ [Take the Archive Road with Oru. # id: archive # to: archive]
    -> archive
+ [Ride in the cook's waggon, straight to the inn, and rest. # id: waggon # to: caravanserai]
    You rest your eyes among the onions. Nobody says it is the lesser way to travel, except one, and it's made of brass.
    -> caravanserai

=== storm ===
# scene: storm
# approach: act
# intensity: 4
# readiness: settled
# location: High Road
# skill: defusion_naming
# warnings: storm, getting_lost
# topics: uncertainty, fear, self_criticism
# characters: Sanna, Tuppence
It comes at noon, and not like weather: like a wall that somebody is moving. Sanna shouts to sit tight by your camel and wait, that it's all dust and noise and will be gone by three. Then you can't see Sanna. Then you can't see Erratum, though you're leaning on her.
The whole world is brown and roaring, and as wide as your arms. Your heart goes like a dropped tray. Against your collar Tuppence is giving every alarm it knows, at once: "Lost! All lost! Your fault! Late! Get up! Run! Fire! Flood! Locusts!"
{domain == 0: You hold your map inside your coat.|You feel for the compass at your neck. It's too dark to read, but you needn't read it. You wrote it.} You know what Sanna told you: sit, and lean on the camel.
+ [Thank the bird for each alarm, one by one. # id: thank]
    -> thank
+ [Find five things that you can feel with your hands. # id: feel]
    -> feel
+ [Shut your eyes, lean, and wait. # id: wait]
    You shut your eyes. It makes no difference to the view. Erratum's side goes up and down, in no hurry; you let your back go up and down with it. The bird shouts itself hoarse, and you let it do that too.
    -> clears
= thank
"Thank you for 'lost'," you say into your scarf. "Thank you for 'late'. Thanks for 'locusts', that's thorough." You mean it, very nearly. It was built for this: to love nobody in particular and warn them all. It would sooner be wrong a thousand times than be quiet once.
"You aren't listening!" it wails. "I am listening," you tell it. "I heard each one. And I'm staying sat." You give it the inside of your hat. The alarms go on in there, smaller, and by and by there are gaps between them. # practised: defusion_naming
-> clears
= feel
Camel: warm, coarse, going up and down. Scarf: wet where you breathe. A buckle, cold. The roll of the map. And one small hot brass bird, shaking like a watch.
You'd thought it was shouting at you. It's shouting because it's scared. You put your hand round it, and don't tell it to hush. It goes on, but into your palm, and the world's now two arms wide and has somebody in it.
-> clears
= clears
By three it's over, as Sanna said. She is eleven feet off, on her camel's other side, eating a date. "There you are," she says. {well: "Well held. My grandmother would've given you the good dipper."|"I did wonder. You sit well in bad weather."}
Your map has a new mark, just here: a small square, with a person, a camel and a bird in it. It isn't a place to get to. It only says that you were in it.
+ [Shake out the sand, and ride on to the inn. # id: inn # to: caravanserai]
    -> caravanserai

=== archive ===
# scene: archive
# approach: act
# intensity: 3
# readiness: any
# location: house of unfinished maps
# skill: willingness
# warnings: failure
# topics: work, perfectionism, self_criticism
# characters: Oru, Tuppence
The house stands alone, with thick walls. Inside, from floor to rafters, hang maps: with holes, with stains, with half a coast. "All the Atlas's unfinished ones," says Oru. "Someone thought that they ought to be burnt. Someone else thought, no, people live in those."
Tuppence is overjoyed. It flies from one to the next and reads out the faults. Here somebody has drawn the same mountain eight times and crossed out each. Here is a single dotted line with a note, "sorry". And here, by the door, a smudge with something like a hand in it. "That one's mine," says Oru. "It took me three caravans, and I was late with each. It's a fig leaf, if you hold it so."
{figs > 0: "You might tell people," you say, "about the figs." "I might," says Oru, as one might consider a swim in winter.|You hold it so. It is a fig leaf, beyond doubt. "I've a twig of it in my tent," he says, and clears his throat. "I'd rather like to plant it. I've told nobody." "You have told me," you say, and he looks startled, then pleased.}
{figs == 0:
    ~ figs = 1
}
There's an empty nail at eye height. You've eleven attempts in your bag that you have never shown to a soul.
+ [Hang one of your eleven on the nail. # id: hang]
    You choose the worst, then change your mind and choose the one that you gave up soonest. Your hands are hot. Once up, it's a map among maps. A moth sits down on it, to see if it will do. "I like the river," says Oru. You had forgotten there was a river. # practised: willingness
    -> after
+ [Look at others' first, and find one you love as it is. # id: love]
    It's the eight mountains. You stand a long time before it. Whoever drew that wanted so badly to be fair to a mountain. You would have liked them. You notice that you don't think "failure" when you look; you think "company". Then you notice whose name isn't on that list of people you judge so mildly, and you smile a bit.
    -> after
= after
Oru leaves his papers on the table. "People suppose we keep these as a warning," he says. "We keep them so the next one who is stuck has something to sit with." Tuppence has stopped reading out faults. It's looking at a blank one, with its head on one side.
+ [Go on with Oru to the inn. # id: inn # to: caravanserai]
    -> caravanserai

=== caravanserai ===
# scene: caravanserai
# approach: act
# intensity: 1
# readiness: any
# location: caravanserai
# characters: Idris, Sanna, Oru, Pell, Tuppence
The inn at the edge of the desert is one big courtyard with a mulberry tree in the middle. Tomorrow, beyond the gate, is the Half-Moon Market. Tonight there's lentil stew, and everybody has sand in theirs.
{idris == 2: Idris has kept you a place on the bench. He's drawing on the table with a wet finger: a channel, then where the channel might go next.|{idris == 3: Idris looks up as you pass. "You said the market," he says. "I did," you say. "I'll be there." Your stomach turns over, and you mean it all the same.|Idris sits at the far end. When the salt comes down the table he holds it a moment, and sends it on to you with the spoon turned your way.}} {well: Sanna is telling three map-makers about a well called Come Back Tuesday, and they're getting out their pens.|Sanna's asleep against a saddle, with a date in her hand.} {figs == 1: Under the mulberry, Oru is feeling the soil between finger and thumb, and looks about to see if anyone saw.}{figs == 2: Under the mulberry sits Oru, with Bisi's sack between his knees. Since you gave it to him he has opened it four times, to smell it.}
At a bench by the wall, among lamps and tiny screwdrivers, sits a tinker called Pell. She's looking at your bird as a baker looks at an oven. Upstairs there's a quiet room with a drawing table.
+ [Take Tuppence over to the tinker. # id: tinker # to: tinker_bench]
    -> tinker_bench
+ [Go up to the drawing table. # id: table # to: drawing_table]
    -> drawing_table

=== tinker_bench ===
# scene: tinker_bench
# approach: act
# intensity: 2
# readiness: any
# location: tinker's bench
# topics: self_criticism
# characters: Pell, Tuppence
"A warning bird," says Pell, with her loupe in. "I've not seen one since I was small. They pick up whatever is nearest. If you live by an anvil, they clink." All round her stand music boxes, wind-up beetles, a tin choir. None of them are moving. "I make things that do as they're told," she says, and sounds a little tired of it. "Just once, I should like to hear one say something it wasn't."
She turns Tuppence over. It bears this with dignity. "Well, there's the tongue spring. I can stop it. Out it comes, and never another word. Or there's the hinge of the crest, which is full of salt and must be pinching, poor thing. I can oil it. It'd talk as much as ever."
Tuppence looks at you with one glass eye. "She won't think much of the hinges," it says, and for once you can't tell which of you it's being harsh about.
+ [Ask her to stop the tongue. Just for an hour, to see. # id: stop # to: quiet_hour]
    -> quiet_hour
+ [Ask her to oil the hinge. # id: oil # to: bird_song]
    -> bird_song

=== quiet_hour ===
# scene: quiet_hour
# approach: act
# intensity: 2
# readiness: any
# location: courtyard
# skill: mindful_noticing
# topics: self_criticism, fire
# characters: Pell, Tuppence
Pell lifts out the spring with tweezers and lays it in a saucer. The quiet is splendid. You sit beneath the mulberry tree and enjoy it for four whole minutes.
In the fifth you find you are listening for it. You look to see if the beak's moving. You think, good, it isn't saying that I am slow. You think that over for some time: how it isn't saying it. By the quarter hour you've thought of nothing else, and have done without the stew, the stars and the story somebody was telling, so as to guard a silence.
Tuppence sits in your lap. It opens and shuts its beak at something behind you. You turn round. Pell's lamp, with its little flame, has been pushed to the edge of the bench, and your sleeve is nearly in it. You move your sleeve. So that was what it was for, once.
+ [Take the spring back to Pell. # id: back # to: bird_song]
    -> bird_song
+ [Let the hour run out, and see what else there is in the courtyard. # id: run]
    You put the guarding down, and it turns out this was the heavy part. Bird or no bird: here's a bowl, a mulberry, a voice telling the one about the camel. You let the sounds be there, and the spaces between. Then the hour's up. # practised: mindful_noticing
    -> back
= back
You pick up the saucer. The spring in it is no longer than an eyelash.
+ [Have it put back. # id: put # to: bird_song]
    -> bird_song

=== bird_song ===
# scene: bird_song
# approach: act
# intensity: 1
# readiness: any
# location: tinker's bench
# topics: self_criticism
# characters: Pell, Tuppence
One drop of oil, on the tip of a needle. Pell works the crest to and fro. Grains of salt fall out on the cloth: from the pans, from the road, from years before you.
"You're going to get it all wrong," says Tuppence, trying out the hinge. "They'll laugh. They'll—" It stops. It has heard its own voice without a squeak in it. "I say that a good deal," it says slowly. "Do I not? {song > 0:It's got a title.|It goes round.} I should like… Is there anything else that one can say?"
"What would you like to say?" you ask. Nobody's ever asked it. It looks at the lamps, at the tin choir and at you. And then, very quietly, it makes a noise like a bow drawn over the edge of a table: one low note, held. A dune. It must have been listening to that all along.
Pell has put both hands over her mouth. It wasn't told to do that by anyone.
+ [Listen till the end of the note. # id: listen]
    It's a long note. When it's over, Tuppence says, "That was probably flat," and then, "I enjoyed it," as if it were quite possible to think both.
    -> after
+ [Hum along, badly. # id: hum]
    You're no dune. The two of you make a sound like furniture being moved in the next house. Pell laughs until the loupe falls out.
    -> after
= after
"It will still say the other things," Pell warns you. You know. That's all right. You have lived with worse room-mates, and they didn't sing.
+ [Go up to the drawing table together. # id: table # to: drawing_table]
    -> drawing_table

=== drawing_table ===
# scene: drawing_table
# approach: act
# intensity: 2
# readiness: any
# location: drawing table
# skill: committed_action
# topics: self_criticism
# characters: Tuppence
The table stands at a window that looks out on the road. You pin down your map. The line comes from the white stone, through all you've walked, and stops at this very room. After that there's white paper.
A rule is carved in the table's edge: "The line goes on by one step. Write it small enough to do, and write down when." There's nothing about great journeys. {domain == 0:What would you like to stand for, when it comes to it? You let one word turn up.|You lay down the compass: {dom()}, {man()}.} What might a step in that direction be, so small that it'd be nearly silly?
+ [Write three lines to somebody. # id: lines]
    ~ action = 1
    -> when
+ [Work for a quarter of an hour, badly if need be. # id: quarter]
    ~ action = 2
    -> when
+ [Ask someone one real question, and listen to the answer. # id: ask]
    ~ action = 3
    -> when
+ [Stop on purpose: ten minutes' walk with nothing to carry. # id: walk]
    ~ action = 4
    -> when
+ [One of my own. I know which. # id: own]
    ~ action = 5
    -> when
= when
You pencil it in: {act()}. "And when?" asks Tuppence. It's a good question, for all that it's meant unkindly. A step without a day is a decoration. If this were also a step in the life you go back to when you look up from here, which day would you write, and at what hour?
+ [Before today is over. # id: today]
    ~ action = action + 10
    -> bird
+ [Tomorrow, straight after breakfast. # id: tomorrow]
    ~ action = action + 20
    -> bird
+ [By the end of the week, on a day I have in mind. # id: week]
    ~ action = action + 30
    -> bird
= bird
You write down the time beside the step. Now the last line of the rule: "Note what will come along." When the moment arrives, something is sure to speak up. It might say: too tired. It might say: silly. It might say: tomorrow will do.
"I'd say, 'who do you think you are?'" Tuppence offers. "It generally works."
+ ["Then you'll say it, and come along. I'll go with you on my shoulder." # id: along]
    -> written
+ ["It's too big, I can hear that. Make it half the size." # id: half]
    You write "or half of it" beneath. Half is a perfectly good size. The pen seems to think so too: it goes on more easily.
    -> written
= written
You go over the pencil in ink: {act()}, {due()}. You put your finger on the words. They're still wet, so now it's on your finger too. On the white paper the line goes on by exactly one step. # practised: committed_action
It's a small step. You can see the end of it from here.
+ [Sleep, and in the morning go down to the market gate. # id: gate # to: market_gate]
    -> market_gate

=== market_gate ===
# scene: market_gate
# approach: act
# intensity: 2
# readiness: any
# location: Half-Moon Market
# topics: debt, work, self_criticism
# characters: Oru, Idris, Sanna, Tuppence
Half-Moon Market smells of oranges and wet rope. {idris == 3:You go first to the rope stalls, where Idris is, as you said you would. "I was showing off, and it was your coast I did it with. I'm sorry." It takes eleven seconds, with your heart in your ears. He doesn't say that it's all right. He says, "Thanks for coming when you said," and you look at ropes together for a while.}
Under the arch Oru has set up his folding desk, and apprentices wait in line with long, clean rolls. "Theirs are all finished," remarks Tuppence. {song == 3:"I know that one," you say. "Second verse." "So it is," it says.|"They might be," you say. Your stomach's tight. You are standing in line with it.}
Then it's your turn. You unroll the map: one brown line, some small odd pictures and a wide white margin. Oru doesn't say anything for a time. He turns the ledger round, so that you can read your own entry for once. Owed: one map, true. Owed by: you. And under "owed to", where you'd always thought it said the Slow Atlas, it says: "Whoever is next to stand at the fire, thinking that everybody else has one."
"It goes in the next apprentice's bag," says Oru. "That's what it's for. We've never had any use for finished ones. So: how shall I enter it?"
+ [Hand in the map just as it is. # id: hand # to: end_map]
    -> end_map
+ {letter == 2} ["Enter it, and me as gone home for Lamp Night." # id: home # to: end_home]
    -> end_home
+ {well} ["Enter it. Then I'm going back with Sanna, to put the wells right." # id: wells # to: end_wells]
    -> end_wells
+ {idris == 2} ["Enter it. I'm walking as far as Verrin, with Idris." # id: verrin # to: end_verrin]
    -> end_verrin
+ ["Write 'not yet'. I'd like to walk with it a while longer." # id: notyet # to: end_not_yet]
    -> end_not_yet

=== end_map ===
# scene: end_map
# approach: act
# intensity: 1
# readiness: any
# location: Half-Moon Market
# characters: Oru, Tuppence
You hold it out. For a second your fingers don't let go; then they do. Oru blots the entry and writes "paid" in his small square hand. There are no trumpets. A man goes by with a crate of hens.
Behind you in the queue is a boy of perhaps fifteen, with a clean, blank, handsome sheet. Oru gives him yours, to carry in his bag. He studies it, with its white margin{well:, its lopsided bucket} and its line that stops. "It isn't finished," he says. And then, with his whole face, "Oh. It isn't finished."
{figs > 0: Oru shuts the ledger, and takes an ink bottle from his pocket. "There's a bit of ground behind the arch," he says to nobody in particular. "I asked. It turns out that one can ask."{figs == 2: There's already a dark patch in it, steaming faintly.}}
{letter == 3: The letter is still in your breast pocket. You've written a date on the envelope, the first night out, and under it the names of two people you could sit beside while you read.}
You buy an orange, and a new sheet of paper. In the corner you copy down the one step that you owe to nobody: {act()}, {due()}. "Blank again," says Tuppence. It looks at the white for some time. "Plenty of room, though," it says then, and sounds surprised at itself.
The road goes on from the gate in several directions. The compass is warm from being worn.
# ending: the_honest_map
-> END

=== end_home ===
# scene: end_home
# approach: act
# intensity: 2
# readiness: any
# location: chart shop
# topics: family
# characters: Maren, Tuppence
It's nine days to the coast, and on each of them Tuppence says that she won't be pleased to see you. "Perhaps not," you say. "Come along anyway." On the eighth night you do what you'd put down for yourself, again and for good measure: {act()}. It's easier to do something twice.
There are lamps in every window of the street. Through the glass of the chart shop you can see a clock-mender, some forty clocks and your sister up a ladder. Your chest does what it did in the tent. You know its coastline by now. You go in with it.
"You were passing," says Maren from the ladder. "I was passing," you say. "I'm here for a week, if you would like one off. And it smells of cold stone. The desert. And onions." She comes down rather slowly. She's still cross; it's in the way she hands you a lamp. But what she says is, "Mind the stool, I've had it mended."
It isn't a happy end, with all the strings tied. It's an evening, with two cups, side by side. Up on a shelf, forty clocks disagree about the time, and a brass bird listens to them, enchanted.
# ending: lamp_night
-> END

=== end_wells ===
# scene: end_wells
# approach: act
# intensity: 1
# readiness: any
# location: dunes
# characters: Sanna, Oru, Tuppence
"Well Four isn't called Well Four either," says Sanna, as the market gets small behind you. "It's Bread and Argument. Well Six is My Brother's Hat. I'll tell you why at the hat." She has bought you a pot of good ink, and has tried to make it look like an accident.
Oru entered the map as paid. {figs > 0: Then, to the amazement of the queue, he asked for three weeks' leave, his first in thirty years. He rides behind you with an ink bottle inside his coat, on his way to see a woman about some compost.|Then he lent you paper for sixty wells, and put it down in the ledger under "sweet water".}
You work slowly, well by well. You ask people what they call things, and how they'd spell it. Some of the drawings are poor. Each evening there's a bit of time that belongs to what you wrote at that window: {act()}. Some evenings you forget, and on the next one you take it up again. Nobody keeps count.
At Come Back Tuesday you scratch out "brackish". It happens to be a Wednesday. "Typical," says Tuppence; and then, because the sand has begun to sing, it joins in.
# ending: come_back_tuesday
-> END

=== end_verrin ===
# scene: end_verrin
# approach: act
# intensity: 1
# readiness: any
# location: Verrin coast
# topics: friendship
# characters: Idris, Tuppence
You walk as far as the sea together. On the first day you two are careful. On the third you disagree about a hill, out loud, and both go quiet, and Idris says, "Tell me at supper." You tell him at supper. He's right about the hill.
At Verrin the channel has moved again. The pilots stand about on the shingle, quite unruffled, with last year's chart under their arms, and laugh when Idris asks if it's finished. He looks like someone who has come home to a house that he'd only heard of. "You could stay," he says. You look down at the compass: {dom()}, {man()}. It has no opinion as to places. That's for you to say, and it doesn't have to be today.
You tell Idris what you put down in ink, at that window: {act()}. Said aloud to a friend, a thing gets a sort of handle. You'd like to do it here as well. "I'll ask you how it went," he says. "Not how well."
"You have no plan at all," observes Tuppence, as the tide comes in over your footprints. "No," you say. "Listen, though." And the small brass bird puts its head on one side, and listens to the shingle.
# ending: the_moving_channel
-> END

=== end_not_yet ===
# scene: end_not_yet
# approach: act
# intensity: 1
# readiness: any
# location: Half-Moon Market
# topics: shame
# characters: Oru, Idris, Tuppence
Oru writes "not yet", with exactly the same flourish with which he writes "paid". "Four hundred and one," he says, and counts out paper. "I'm glad, to be honest. It's only the ones who hand in something they don't mean that I worry over."
You wait for the shame that was announced for this moment. Tuppence waits too. What comes is a bit of disappointment, about the size of a plum, and some relief. {manner > 0: You wanted to do this {man()}, and "not yet" was the truest thing that you had on you.|You said the truest thing that you had on you.} You make room for the plum.
{idris == 2: Idris is off to Verrin on the noon cart. He leans down and gives you his sharpest pen. "For the next inch," he says.}{idris == 3: As the noon cart leaves for Verrin, Idris leans down from it and throws you a pen. It's his second sharpest. "Write," he says.}{idris < 2: From the noon cart Idris lifts a hand. You find your own is already up. "I was wrong to say it there!" you call. "About the coast!" He thinks, and nods, and the cart takes him round the bend.} {figs > 0: Oru has moved his desk a yard to the left, to where the ground is dark and there's sun for a fig.}
The caravan leaves again on Thursday. {letter == 3:The letter's going too, in your breast pocket, with a date on the envelope for reading it.} In the meantime there's the step on your map: {act()}, {due()}. That one doesn't need a stamp. "Three more months," says Tuppence. "Fancy." It could be an alarm. It sounds rather more as if it were looking forward to it.
# ending: not_yet
-> END

=== calm_place ===
# scene: calm_place
# approach: mindfulness
# intensity: 1
# readiness: any
# location: shade tent
# skill: mindful_noticing
# characters: Tuppence
Wherever the Slow Atlas goes, one tent goes with it that isn't for anything. It's white, open at both sides, and there's a rug, a jar of water and a bowl of dates. Anyone may go in at any time, and nobody asks why. It's on every map, since everybody cares about it sooner or later.
You sit down. The canvas breathes in and out with the wind. There's the weight of your body on the rug, there's the cool of the jar, and a stripe of sun that has got as far as your foot. Nothing in here has to be finished.
Tuppence comes in and looks round for something to warn you of. It finds a date. "Sticky," it says at length, and settles down with feathers of brass all fluffed, which makes a noise like a small drawer of spoons.
+ [Stay, and go through the tent with your senses: look, listen, touch. # id: senses]
    You see the weave of the canvas, and one thread which is bluer than the rest. You hear a spoon somewhere, a camel, your own breath. You feel the rug, each ridge of it, beneath your hand. When your mind goes off, you let it come back by itself, the way camels do. # practised: mindful_noticing
    -> after
+ [Have a date, slowly. # id: date]
    It's wrinkled like a walnut and gives a little between the fingers. You let it lie on your tongue before you bite. It goes from sweet to something like smoke. You had thought that you knew dates. # practised: mindful_noticing
    -> after
= after
Outside, the day goes on at its own pace. You can join it where you please, or let this be enough.
+ {domain == 0} [Go and look at the compasses in their chest. # id: compass # to: compass_chest]
    -> compass_chest
+ [Help with the kettle. # id: kettle # to: kettle_breath]
    -> kettle_breath
+ [Lie down under the evening sky. # id: sky # to: sky_roof]
    -> sky_roof
+ {domain > 0} [Go on to the inn at the desert's edge. # id: inn # to: caravanserai]
    -> caravanserai
+ [Let this be enough for now. # id: rest # to: end_shade]
    -> end_shade

=== end_shade ===
# scene: end_shade
# approach: mindfulness
# intensity: 1
# readiness: any
# location: shade tent
# characters: Oru, Tuppence
You stay. The stripe of sun moves from your foot to the jar, and lights the water up from inside. After some time Oru looks in, sees you, and hangs the ledger's little wooden sign on the tent pole. It says "resting", and beneath, in smaller letters, "this counts as travel".
The map lies rolled up beside you. It will be there. So will the road, and {song > 0:the concert|whatever the bird has to say}, and the people who are going the same way. A caravan called the Slow Atlas has never yet left without somebody because they sat down.
Tuppence has fallen asleep. It mutters, as it always does. If you lean close, it's only "sticky… sticky…", in a tone of the deepest content.
# ending: in_the_shade
-> END

=== function dom() ===
{domain:
- 1: the people close to you
- 2: work done well
- 3: curiosity and play
- 4: looking after yourself
- else: what matters to you
}

=== function cap_dom() ===
{domain:
- 1: The people close to you
- 2: Work done well
- 3: Curiosity and play
- 4: Looking after yourself
- else: What matters to you
}

=== function man() ===
{manner:
- 1: kindly
- 2: honestly
- 3: patiently
- 4: lightly
- else: in your own way
}

=== function act() ===
{action % 10:
- 1: three lines to somebody
- 2: a quarter of an hour's work, badly if need be
- 3: one real question, and the answer listened to
- 4: ten minutes' walk with nothing to carry
- 5: the thing you know of
- else: one small step
}

=== function due() ===
{
- action > 30: by the end of the week
- action > 20: tomorrow after breakfast
- action > 10: before the day is over
- else: when you have named the day
}
