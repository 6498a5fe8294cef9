# id: clearing
# version: 1
# title: The Clearing
# summary: A forest keeps what people put down there. Follow its path, at your own pace, to an inn that is open only for those who are tired.
# world: A forest that keeps what people put down in it, dry and labelled, until they want it back or don't.
# language: en

VAR seed = 0
// What the stone in the pocket is: 0 not known, 1 something said, 2 something to come, 3 a long day.
VAR load = 0
// The brass button: 0 left in the grass, 1 in the pocket, 2 given to the jackdaw.
VAR button = 0
// 1: sat with the vixen and her umbrella.
VAR umbrella = 0
// 1: the hare sat down.
VAR hare = 0
// The seed: 0 not planted, 1 labelled, 2 without a label.
VAR planted = 0
// The stone: 0 in the pocket, 1 put down, 2 carried in the open hand.
VAR put_down = 0
// The kind words: 0 none, 1 slowly, 2 no wonder, 3 I am here.
VAR words = 0

~ SEED_RANDOM(seed)
-> clearing

=== clearing ===
# scene: clearing
# approach: mindfulness
# intensity: 1
# readiness: any
# location: clearing
# skill: grounding_54321
You wake, or arrive, or simply notice, and it is hard to say which, that you are in a clearing. Beeches stand around it in a loose ring, like people who have been asked to wait and don't mind. Somebody has left a wooden chair in the grass. It has three legs and a tree root, and it holds.

There is a stone in your coat pocket. It is no bigger than an egg, and you don't remember putting it there, but you have the impression of having walked for some time with a slight lean.

On the arm of the chair a snail is on its way somewhere. Nothing else here is in a hurry. At the far side, between two trunks, a path begins.
+ [Sit down and look around properly # id: sit] -> see
+ [Ask the snail where you are # id: snail] -> snail
+ [Go straight to the path # id: path # to: stile] -> stile

= snail
You ask. The snail draws in one horn, considers the question from inside, and puts the horn out again. It then continues along the arm of the chair at exactly the speed of before.

As answers go, it is not rude. 'Here', it seems to say. 'About here. Now a bit further on.'
+ [Sit down beside it and find out about 'here' # id: sit] -> see
+ [Go to the path # id: path # to: stile] -> stile

= see
The chair takes your weight with a small creak. A card is tied to it with string. In round, careful handwriting it says: _For arriving. Five things you can see. Then four, three, two, one. No need to be good at it._

So: five things to look at. A beech leaf with a hole in it. A thread of spider silk that is there only when it moves. The snail. The place where the bark has grown around an old nail. That is four.

The fifth is yours. It may be in the clearing, or in the room where you really are.
+ [Something bright in the grass # id: bright] -> feel_button
+ [Something in the room where I am # id: room] -> feel_room
+ [I would rather use my ears, or just the path # id: stop] -> halfway

= feel_room
You find it, and look at it for a breath longer than you usually would. It has an edge that you'd never have mentioned to anyone. You are in two places now. Most visitors are.

Four things you can feel. The seat beneath you. Cloth on your knees. The air on your hands, which is a little cooler on the backs. And your feet, both of them, who have been there all along and make no fuss.
+ [Press your feet down, and go on to listening # id: feet] -> listen
+ [That is enough for now; go to the path # id: stop] -> halfway

= feel_button
It is a brass button, come off a coat that must have been somebody's good one. There is an anchor on it.

Four things you can feel. The seat beneath you. The cool air on the backs of your hands. Your feet, who have been there all along and make no fuss. And the button: cold first, then, quite soon, not.
+ [Keep the button # id: keep]
  ~ button = 1
  The button goes into the other pocket, across from the stone. As a counterweight it does very little, but you notice that it's there.
  -> listen
+ [Put it back where it lay # id: leave]
  You lay it back in its dent in the grass, anchor up.
  -> listen

= listen
Three things you can hear. A wood pigeon, saying the same five notes as though somebody had asked it to repeat them. The leaves, very high up. For the third you have to wait a little; it's either far away, or close and quiet.
+ [It is far away: something passing, not coming here # id: far] -> smell
+ [It is close: your own breath # id: near] -> smell

= smell
You hear it go on without your help.

Two things you can smell. Earth, the way it is under leaves. And something that you'd not expect in a wood: toast, thin as a rumour, from wherever the path goes.

One thing you can taste. It may be only the inside of your mouth, or the last thing that you drank. Let it be whatever it is.
+ [Notice how it is to sit here now # id: now] -> settled

= settled
You sit. It is possible that nothing has changed, and that is allowed. Or perhaps the edges of things are a little clearer, and you take up slightly more room in your own coat. # practised: grounding_54321

The stone is still in your pocket. The snail has reached the end of the chair's arm, and looks out over the drop like someone on a pier.
+ [Thank the chair and take the path # id: path # to: stile] -> stile

= halfway
You stop there. The card turns over on its string, as if it had been waiting for that. On the back it says: _Stopping when you want to is also the exercise._
+ [Take the path # id: path # to: stile] -> stile

=== stile ===
# scene: stile
# approach: act
# intensity: 1
# readiness: any
# location: path
After fifty steps there is a stile, and beside it a shelf under a little slate roof. On the shelf lie a single glove, a school report, half a flute, and a jam jar that is labelled _Last word, the (unused)_. Everything has been dusted.

A painted board says: THINGS MAY BE PUT DOWN ANYWHERE IN THIS FOREST. WE KEEP THEM DRY. And smaller, in another hand: _Nothing is thrown away. Nobody has to._

You take out your stone, since it seems the place for it. Something is scratched into the underside. You tilt it to the light.
+ [It is something that I said, or didn't say # id: said]
  ~ load = 1
  -> weighed
+ [It is something that is still to come # id: coming]
  ~ load = 2
  -> weighed
+ [It is a day, or a great many days, that went on too long # id: long]
  ~ load = 3
  -> weighed
+ [I can't make it out # id: unclear]
  ~ load = 0
  -> weighed

= weighed
{load:
- 1: _Said_, it says, or _Unsaid_; the scratch before the word could be either. One side has gone smooth from being turned over.
- 2: _Not yet_, it says. It is an odd weight, for something that hasn't happened. It tugs forwards.
- 3: _Long_, it says, and then the writing simply tails off, as if whoever scratched it had needed to sit down.
- else: The marks might be a word, or just what happens to stones. You needn't know what a thing is called to know that you're carrying it.
}
You needn't do anything about it. You have looked at it, which is more than it usually gets, and it goes back in your pocket. Beyond the stile the path divides around a stand of birches, and comes together again further on.
+ [The slow way, through the birches # id: birches # to: birch_walk] -> birch_walk
+ [The straight way # id: straight # to: crossing] -> crossing

=== birch_walk ===
# scene: birch_walk
# approach: mindfulness
# intensity: 1
# readiness: any
# location: forest
# skill: mindful_noticing
The birches stand close, and the path between them has no wish to be efficient. A slat of wood nailed at knee height says: _Walk as though somebody were asleep in the next room, and you were fond of them._

So you slow down. A foot lifts; it travels; it is put down. There is a good deal in a step that one leaves out.

Something moves on a branch, an arm's length away: {~a wren, cocked like a comma|a robin, with the look of an inspector|a goldcrest, all of it smaller than your thumb|a treecreeper, going up the bark like a mouse on a string}. You have time. You could give it your whole attention, for as long as it stays.
+ [Watch it # id: watch] -> watch
+ [Watch your own steps instead # id: steps] -> steps
+ [Walk on # id: on # to: crossing] -> crossing

= watch
You look. Not for what it is called, but at how it is: the quick breast, the eye like a wet seed, feet no thicker than thread.

After a few seconds you find that you are thinking about something quite different. It might be dinner. It might be your stone.
+ [Notice 'thinking', and come back to the bird # id: back] -> back
+ [Scold yourself for drifting off # id: scold] -> scold

= scold
You begin to tell yourself off. The bird, which has heard a great many people do this beneath its branch, yawns. It is a surprisingly large yawn.

Very well. The mind went for a walk; minds do. The moment you saw that it had gone was the moment it was back.
+ [Come back to the bird # id: back] -> back

= steps
You look at your own feet for a while. Heel, and edge, and toes. The crackle of one dry leaf, and then the softness where the leaves are wet.

Some way along you find that you've stopped watching, and have been rehearsing a conversation instead. The feet went on without you. They're used to it.
+ [Notice that, and come back to the next step # id: back] -> back

= back
You come back. It isn't far. A moment later you're off again, and again you come back, and the coming back is all there is to it. Nobody is counting. # practised: mindful_noticing

When the bird goes, it goes all at once, and the branch nods for some time afterwards. You walk on to where the paths meet.
+ [Go on to the crossing # id: on # to: crossing] -> crossing

=== crossing ===
# scene: crossing
# approach: act
# intensity: 1
# readiness: any
# location: path
At the crossing there's a signpost with too many arms. Most of them point to things that people once wanted: OFFICE WITH A WINDOW, 2 MILES. THE PERFECT REPLY, NO THROUGH ROAD. BEING FINISHED points straight down.

Somebody has nailed three fresh arms beneath these, lower, where you can read them without craning. WATER. OLD OAK. HEDGE LANE. Under each is written, in that round handwriting: _also gets you there._

You ask yourself a different question from usual. Not which is quickest, but what you'd like to have been near this afternoon.
+ [Something calm. Water # id: water # to: mere] -> mere
+ [Some honest company. The old oak # id: oak # to: oak] -> oak
+ [What other people have left behind. Hedge lane # id: lane # to: hedge_lane] -> hedge_lane

=== mere ===
# scene: mere
# approach: mindfulness
# intensity: 1
# readiness: any
# location: water
# skill: breathing_478
# characters: Quill
The mere is flat and pewter-coloured and has the whole sky in it. A heron stands in the shallows on one leg, wearing the expression of someone holding a door open.

'Quill,' says the heron, without turning. 'I am either very patient or very slow. I have stood here for some years trying to find out which. I'd dearly like somebody to tell me, but you would have to watch for longer than anyone does.'

A frog goes by. The heron lets it. 'I count,' he says. 'In for four, held for seven, out for eight, like wind leaving reeds. If the numbers are too long for you, make them shorter; only let the out-breath be the longest. And if holding makes you dizzy, don't hold. You can keep me company without any counting at all.'
+ [Breathe with Quill's count # id: full] -> full
+ [Use smaller numbers # id: small] -> small
+ [Leave your breath alone, and just look at the water # id: look] -> look

= full
In through the nose: one, two, three, four. The heron's chest feathers lift.

Hold it, not tight, the way you hold a cup that's rather full: one, two, three, four, five, six, seven.

Out through the mouth, with a small sound: one, two, three, four, five, six, seven, eight. On the mere a ring opens, although nothing has touched the water.
+ [A second time # id: again] -> again
+ [That was long. Smaller numbers # id: small] -> small

= small
In through the nose: one, two. Hold it, or don't: one, two, three. Out through the mouth: one, two, three, four. It has the same shape, only smaller, as a rowing boat has the shape of a ship.

'Quite right,' says Quill. 'Nobody ever asked a reed how long its sigh was.'
+ [A second time # id: again] -> again
+ [Stop here and look at the water # id: look] -> look

= again
A second time. In. Held. Out. Your shoulders have heard about it, and come down a little to see.

A third. Somewhere in the long out-breath there is a moment with nothing in it that has to be done.
+ [And a fourth, the last # id: last] -> last
+ [Three is plenty # id: three] -> look

= last
In. Held. Out, all the way to the end of the breath, where it turns around by itself. # practised: breathing_478

The heron puts down his other leg. You get the impression that this is something he does rarely. 'You stayed for four,' he says. 'Well? Which am I?'
+ ['Patient, I think' # id: patient] -> patient
+ ['Slow. It suits you' # id: slow] -> slow

= patient
'Hm,' says Quill. He tries it on. 'It sounds better than it feels. I suppose that is how patience would.'

-> bank

= slow
'Slow,' Quill repeats. A shiver of what may be delight runs down the long neck. 'And I needn't be doing it for anything? Good heavens.'

-> bank

= look
You watch. A cloud crosses the mere from one side to the other, and the water makes no attempt to keep it.

'That's another way of doing it,' says Quill.
-> bank

= bank
He nods you along the bank, to where flat stones lead over a stream. If you'd rather not get your feet wet, there is moss.
+ [Go by the stepping stones # id: stones # to: stepping_stones] -> stepping_stones
+ [Go by the mossy bank # id: moss # to: mossy_bank] -> mossy_bank

=== stepping_stones ===
# scene: stepping_stones
# approach: act
# intensity: 2
# readiness: any
# location: water
# skill: defusion_leaves
# topics: worry, self_criticism
The stream is knee-deep and talkative. It takes you until the middle stone to understand that it is actually saying things. Leaves come down it, each with a line of writing, and the water reads them out as they pass. _Did I lock the back door. They sounded odd on the telephone. What if._

They aren't all yours. But here comes one that is; you'd know the handwriting anywhere. The temptation is to wade in and argue. Several people's socks are hanging in the alders.
{load:
- 1: _I should never have put it like that_, says the leaf.
- 2: _It will go wrong, and then what_, says the leaf.
- 3: _And tomorrow all of it again_, says the leaf.
- else: _There is something, I know there's something_, says the leaf.
}
+ [Stay on the stone and let it come past # id: stay] -> stay
+ [Hop across and leave them to it # id: hop # to: hare_gate] -> hare_gate

= stay
You stay. The leaf comes up, turning. You put a few words in front of it, as one might hold up a sign at a station: _I am having the thought that_. And then the rest, just as it's written.

With that in front it is no less true and no more. But there is you, and there is a leaf, and there is a little water between.
+ [Put the next one on the water yourself # id: next] -> next
+ [Watch it go # id: go] -> gone

= next
You feel in your mind for whatever is there at this moment, big or silly. _I am having the thought that I'm doing this wrong._ You set it on a leaf. It bobs. It's off. Another one arrives at once. It is a forest; there's no shortage of leaves.
+ [Watch them go, at the stream's speed # id: go] -> gone

= gone
You don't hurry them, and you don't hold them. One gets stuck against your stone and stays there a while, repeating itself, and you let it do that too. By and by the current finds an angle, or it doesn't. # practised: defusion_leaves

When you cross to the other side, your feet are nearly dry, and your hands are free.
+ [Follow the path to a gate # id: gate # to: hare_gate] -> hare_gate

=== oak ===
# scene: oak
# approach: cbt
# intensity: 2
# readiness: any
# location: forest
# topics: self_criticism
# characters: Ledger
The oak is hollow and full of paper. On the lowest bough sits a jackdaw with a pencil behind where his ear would be.

'Ledger,' he says, and bows. 'I collect sentences. People leave them lying about. Not the nice ones, those they take home.' He reads from a strip: 'You might have known. Any fool could see. Why can't you just.' He sighs. 'I've nine thousand of these. They're all I was ever left. I had hoped, going into collecting, for something that _shone_.'

He looks at you sideways, and at your pocket. 'You've one on you as well. I can hear it muttering. Would you care to have it looked at? I don't judge. I only file.'
+ {button == 1} [Offer him the brass button # id: button] -> give
+ [Have it looked at # id: ledger # to: ledger] -> ledger
+ [Not today. Is there somewhere to lie down? # id: moss # to: mossy_bank] -> mossy_bank

= give
~ button = 2
You hold out the button on your palm. The jackdaw goes perfectly still. Then he takes it, very gently for a bird with a beak like that, and turns it until the anchor catches the sun.

'It doesn't say anything,' he whispers. 'It doesn't say _anything_.' He tucks it under his wing, brings it out to make sure, and tucks it in again. 'I am in your debt. I keep accounts, so I'd know.'
+ [Ask him to look at your sentence # id: ledger # to: ledger] -> ledger
+ [Leave him to his treasure, and find somewhere to lie down # id: moss # to: mossy_bank] -> mossy_bank

=== ledger ===
# scene: ledger
# approach: cbt
# intensity: 3
# readiness: settled
# location: forest
# skill: thought_record
# topics: self_criticism, worry
# characters: Ledger
Ledger listens to your stone the way one listens to a shell, writes down what he hears, and pins the slip to the bark.
{load:
- 1: It says: _One wrong word, and now they think badly of me._
- 2: It says: _It's bound to go wrong, and I shan't manage._
- 3: It says: _Other people get all of this done. It's only me._
- else: It says: _Something's the matter with how I do things._
}
'Three columns,' says the jackdaw, ruling them. 'What speaks for it. What speaks against it. And what you'd say if you found this on the ground and it belonged to someone you liked. No fibbing in any of them. I'm an archivist.'
+ [Begin with what speaks for it # id: for] -> evidence
+ [Begin with what speaks against it # id: against] -> counter
+ [I would rather not go into this. To the gate # id: gate # to: hare_gate] -> hare_gate

= evidence
You think about it fairly. There is something. There nearly always is; a sentence with nothing in it at all would never have stuck. You say it aloud, just the part that a camera could have seen.

Ledger writes it down. It takes up less of the column than you had expected. 'That's the fact,' he says. 'What you _thought_ it meant goes on another slip. People will pin them together.'
+ {not counter} [Now what speaks against it # id: against] -> counter
+ {counter} [And if it belonged to someone I liked? # id: friend] -> friend

= counter
This column is slower. You think of one time it wasn't so. Then of a reason that had nothing to do with you: the hour, the weather, somebody else's bad night.

'"Always",' says Ledger, tapping the slip. '"Only". "Bound to". I have whole drawers of those. They're the words that make the drawer stick.'
+ {not evidence} [Now what speaks for it # id: for] -> evidence
+ {evidence} [And if it belonged to someone I liked? # id: friend] -> friend

= friend
You picture them finding it: somebody you're fond of, reading this slip with their name on it. You know at once what you'd say. You would not say it in the slip's voice.
+ [I'd say: it was one moment out of very many # id: moment] -> new_slip
+ [I'd say: you don't know yet how it will be # id: unknown] -> new_slip
+ [I'd say: you're worn out, and it isn't a fair time to judge # id: worn] -> new_slip

= new_slip
Ledger writes it down under the other, and leaves both. 'I don't throw the first one out,' he says. 'I only file them together from now on. You'll find that one comes up, and then, a moment later, so does its neighbour.' # practised: thought_record

You read them both again. The first is still there. It has stopped being the only thing on the tree.
{button == 2: 'And the second one,' says the jackdaw, holding the button to it like a lamp, 'very nearly shines.'}
+ [Thank him and go on to the gate # id: gate # to: hare_gate] -> hare_gate
+ [Go and lie down somewhere after all that # id: moss # to: mossy_bank] -> mossy_bank

=== hedge_lane ===
# scene: hedge_lane
# approach: mindfulness
# intensity: 2
# readiness: any
# location: path
# topics: sadness
The lane runs between two hedges, and the hedges are shelves. Between the hawthorn twigs, each beneath its own slip of slate, lie the things that people have put down on the way. A pair of skates. A plan for a boat. Forty-one unposted letters, tied. A very small suit of armour: _Being no trouble to anybody. Outgrown._

You find that you walk with your hands behind your back, as one does in museums. Little of it looks like failure. It looks like people having had their hands full.

To the left a gap leads down into a hollow where the light is blue. There is a sheet of tin beside it: SOMEBODY IS SAD DOWN HERE. YOU NEEDN'T COME. To the right the bank is deep in moss.
+ [Go down into the hollow # id: hollow # to: hollow] -> hollow
+ [Go to the moss # id: moss # to: mossy_bank] -> mossy_bank
+ [Sit down on the bench under the lime for a bit # id: bench # to: calm_place] -> calm_place

=== hollow ===
# scene: hollow
# approach: mindfulness
# intensity: 4
# readiness: settled
# location: forest
# skill: self_compassion_break
# warnings: grief, loneliness
# topics: grief, loss
# characters: Sorrel
At the bottom of the hollow a vixen sits beneath a man's black umbrella. It has been put up, although there's no rain, and she is holding it with some difficulty.

'Sorrel,' she says. 'It was his. He came along here every evening with it, and a sandwich he said he wasn't hungry for. Then one evening he didn't, and then it was winter. They found the umbrella in the hedge, and kept it for me.' She shifts her grip. 'Everybody who comes down tells me that he had a good long life, or that I'll feel better. I've only one wish, and it's quite small. I'd like somebody to look at the umbrella, and not cheer me up.'
+ [Sit down beside her and look at the umbrella # id: sit] -> sit_by
+ [Tell her that it's more than you can do today # id: leave] -> not_today

= not_today
'That's honest,' says Sorrel. 'It's a heavy sort of umbrella.' She moves it an inch, so that you can get by. 'You'll find the moss up there is dry. Have a lie-down for me.'
+ [Go up to the moss # id: moss # to: mossy_bank] -> mossy_bank

= sit_by
~ umbrella = 1
You sit down and look. One rib is bent. There's a worn place on the handle in the shape of somebody's thumb. You don't say that anything is for the best.

Something aches in you as well, at being near to it. Perhaps it has a name, someone that you miss, or some time. Perhaps it's only the blue light. You needn't go any nearer to it than this.
+ [Say, just inwardly: this hurts # id: hurts] -> hurts
+ [Let the ache be, and only keep her company # id: company] -> company

= hurts
_This hurts._ It isn't an analysis. It is only what one would say to a child with a grazed knee, before doing anything else. _This hurts, just now._

Sorrel's ear turns towards you. 'You too,' she says; it isn't quite a question. You think of how many people at this moment are looking at some coat, some cup, some side of a bed. It doesn't make it any smaller. It makes it less odd.
+ [Put a hand where it aches, and be kind to it # id: hand] -> hand
+ [Just stay, and say no more # id: company] -> company

= hand
You lay a hand on your chest, or around your own wrist; wherever it'd be welcome. It is warm, the way a hand is. You find a sentence for yourself that you would have found for her. It may be as short as _I know_. # practised: self_compassion_break

You sit there for a good while, the pair of you, beneath an umbrella in no rain.
+ [Get up when it is time # id: time] -> time

= company
You keep her company. It is harder than cheering someone up, and makes much less noise. The light goes a shade bluer. Somewhere above, a blackbird tries out the evening.
+ [Get up when it is time # id: time] -> time

= time
'That's the first time anyone's noticed the thumb,' says Sorrel. She closes the umbrella, which takes her three attempts, and leans it against her shoulder. 'I'm not better. But I believe I might take it for a walk.'

She goes up the far side of the hollow, the ferrule ticking on the stones. You take your time in following.
+ [Lie on the moss for a little # id: moss # to: mossy_bank] -> mossy_bank
+ [Go on to the gate # id: gate # to: hare_gate] -> hare_gate

=== mossy_bank ===
# scene: mossy_bank
# approach: mindfulness
# intensity: 1
# readiness: any
# location: forest
# skill: body_scan
The moss on the bank is a hand deep and has been pressed by generations of backs into something very like a mattress. A slate says: _For lying on. It knows what to do._

You may lie or sit. You may keep your eyes open; there are leaves to look at. If there's any part of you where you don't care to linger, you can go by it, as one goes past a house with the curtains drawn.
+ [Lie back and begin at the feet # id: feet] -> feet
+ [Just rest a minute and go on # id: rest # to: hare_gate] -> hare_gate

= feet
Feet first. You needn't relax them. Only ask how they are: warm, cold, tight, tingling, or nothing in particular. 'Nothing in particular' is also something that feet say.

Then the ankles; the calves, with the moss beneath; the knees, which get few visitors. The long weight of the thighs, and how the ground takes it without remark.
+ [On to the belly and the back # id: middle] -> middle
+ [Skip to the hands and face # id: hands] -> hands

= middle
The belly rises by itself, and sinks by itself. The back: where it touches the moss and where it arches clear of it. The chest, with whatever is going on in there.

Somewhere along here you may meet a place that is tight, or sore, or braced as if for a door to slam. You needn't mend it.
+ [Breathe as if there were a bit more room around it # id: room] -> hands
+ [Go past it, and on # id: past] -> hands

= hands
The hands. They've done up buttons and held on to things since the morning, and now they lie there like two pets. The shoulders. If they wish to sink they may, and if not, not.

The jaw; the small muscles by the eyes; the forehead, which believes it's holding up the sky.
+ [Feel the whole of you at once, lying here # id: whole] -> whole

= whole
All of it together, then: one long animal, on moss, being breathed. You've been through the house with a lamp. Not every room was tidy. You only said good evening. # practised: body_scan

By and by you get up, in stages.
+ [Follow the path to a gate # id: gate # to: hare_gate] -> hare_gate

=== hare_gate ===
# scene: hare_gate
# approach: act
# intensity: 1
# readiness: any
# location: path
# characters: Tansy
There is a gate, and something comes over it without touching it, goes once around you, and brakes. It's a hare with a post satchel, both ears still travelling.

'Tansy,' she says. 'Deliveries. People put down half-finished apologies and I take them the rest of the way. Three hundred today. I can't stop. I mean that I _can't_; I've tried. I've got a wish, I have it in writing somewhere, it's to sit down for as long as one cup of tea takes. Only whenever I sit, my legs think there's been a disaster.' One foot drums. 'You look like a person who's sat on something today. How's it done?'
+ ['I could show you. Give your legs a job' # id: show # to: hare_sit] -> hare_sit
+ ['I'm not sure I know either' # id: unsure] -> unsure
+ [Hold the gate for her, and let her run # id: run] -> run

= unsure
'Oh, good,' says Tansy. 'Everyone else who's told me about it has been very sure.' She sits for nearly a second. 'We could be bad at it together.'
+ [Be bad at it together # id: show # to: hare_sit] -> hare_sit
+ [Another time. Which way is the inn? # id: run] -> run

= run
'Garden's on the right,' says Tansy, already leaving, 'with the old lady in it, she likes a visitor. Or straight on down the lane, where there are lights. Either's the inn, in the end. You have to be tired, mind. They check!'

The last words come from the other side of a field.
+ [Go by the garden # id: garden # to: garden] -> garden
+ [Go straight on down the lane # id: lane # to: lantern_lane] -> lantern_lane

=== hare_sit ===
# scene: hare_sit
# approach: mindfulness
# intensity: 2
# readiness: any
# location: path
# skill: loving_kindness
# characters: Tansy
You sit with your backs against the gate. A flask has come out of the satchel, and one cup. Tansy holds it in both paws as if it were about to go off.

'A job,' she reminds you. So you tell her that it's deliveries. You think of someone, you wish them something, and you let it go off to them. There's no need to feel anything in particular. It is post. One only has to address it.

'An easy one first,' says the hare.
+ [Begin with Tansy herself # id: tansy] -> to_her
+ [Begin with somebody I like, or an animal I know # id: dear] -> to_dear

= to_her
_May you be safe_, you wish her. _May you be at ease. May your legs hear that all's well._

Tansy looks into the tea. 'Nobody's ever sent me one,' she says. 'I only do the carrying.' The foot stops drumming, and starts again, slower.
+ [Now one to yourself # id: self] -> to_self

= to_dear
You call them up: how they come in through a door, what they do with their ears or eyebrows. _May you be safe. May you be well. May you have an easy evening._

'Gone,' says Tansy, watching the air with professional interest. 'That'll be there by six.'
+ [Now one to yourself # id: self] -> to_self

= to_self
This one's more awkward to post. The slot is at an odd height. You try it in your own words, or borrow these: _May I be safe. May I be at ease. May I take myself as I am, or at least stop arguing about it until tea-time._
+ [Send it # id: send] -> to_stranger
+ [It won't quite go. Send the wish that it may go one day # id: later] -> later

= later
'That's a proper delivery too,' says Tansy. 'We call it "to be left until called for". There's a shelf.'
+ [Now one to somebody you hardly know # id: stranger] -> to_stranger

= to_stranger
Then one to somebody whom you hardly know: the person at the till, or whoever lives behind the window with the blue curtain. They, too, would like to be safe. They too have a stone or two. _May you have an easy evening._

And one with no address at all, for whoever is about.
+ [Let it go, and finish the tea # id: finish] -> finish

= finish
~ hare = 1
It goes out over the field in every direction, like the smell of bread. You don't know whether it arrives. You were only ever in charge of the sending. # practised: loving_kindness

Tansy turns the cup upside down. It's empty. She looks at it for a long time. 'That was a whole one,' she says. 'I was there for all of it.' Then she is over the gate, but for the first time today she's walking.

Beyond the gate there's a garden on the right. Straight on, the lane goes down to some lights.
+ [Go by the garden # id: garden # to: garden] -> garden
+ [Go straight on down the lane # id: lane # to: lantern_lane] -> lantern_lane

=== garden ===
# scene: garden
# approach: act
# intensity: 2
# readiness: any
# location: garden
# characters: Odile
A walled garden, with everything in rows and every row with its label. THE NAMES OF PEOPLE MET ONCE. WHAT I CAME UPSTAIRS FOR. SECOND VERSES. An old woman in a man's hat is watering a bed of BIRTHDAYS (OTHER PEOPLE'S).

'Odile Marrow,' she says. 'I look after whatever's been forgotten. It comes up wonderfully if nobody pulls at it. The handwriting's mine as well, the chair and so on.' She straightens her back, one bone at a time. 'I've grown everything here for so long that I know it all by its first leaf. D'you know what I wish for? To be surprised. Once. By something green.'

From her apron she takes a seed, grey, entirely plain. 'I can't give you what you've forgotten. But you could put something in.'
+ [Plant it, and let her write a label: 'Kindness, slow-growing' # id: label]
  ~ planted = 1
  -> sown
+ [Plant it, and ask her not to label it # id: unlabelled]
  ~ planted = 2
  -> sown
+ [Hand it back. I've enough to look after # id: back] -> back_to_her

= sown
You make a hole with your finger, to the second knuckle. The earth is warmer inside than out.
{planted == 1: Odile letters the label and sets it straight. 'Slow-growing,' she says approvingly. 'Nobody's ever let down by that.'}
{planted == 2: Odile stands there with the empty label in her hand. Her lips move. 'But I won't know what it is,' she says. And then, a good deal later: 'I won't know what it is!'}
'There's the glasshouse, if you've something that's sore,' she goes on, 'and the heap, if you've something that's heavy. And there's the back gate, if you've had enough of old women telling you where to go.'
+ [Go into the glasshouse # id: glasshouse # to: glasshouse] -> glasshouse
+ [Go to the heap # id: heap # to: compost] -> compost
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

= back_to_her
'Good,' says Odile, and pockets it. 'Half of gardening is not taking on more beds.' She says it quite without irony, and you see her look around at her forty rows.

'There's the glasshouse, if you've something that's sore. The heap, if it's something heavy. Or there's the back gate, and nobody the wiser.'
+ [Go into the glasshouse # id: glasshouse # to: glasshouse] -> glasshouse
+ [Go to the heap # id: heap # to: compost] -> compost
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

=== glasshouse ===
# scene: glasshouse
# approach: mindfulness
# intensity: 3
# readiness: any
# location: garden
# skill: self_compassion_break
# topics: self_criticism
The glasshouse is warm and smells of tomatoes. In the middle is an upturned bucket to sit on. The panes have misted over, and someone has drawn a line down the mist to make three windows.

You sit on the bucket and take out your stone. {load == 1:The said thing, or the unsaid one.}{load == 2:The thing that's still to come.}{load == 3:The long day, or the many.}{load == 0:The one with no name that you can read.} You needn't take hold of the heaviest end of it. Some middling corner will do.

The first window is at about the height of your eyes. It wants something plain written in it.
+ ['This is hard' # id: hard] -> first
+ ['Ouch' # id: ouch] -> first
+ [Leave the windows, and go # id: go # to: lantern_lane] -> lantern_lane

= first
You write it with one finger. It looks smaller than you'd thought and truer than you'd thought. You haven't added 'but', or 'it's my own fault', or 'other people have it worse'. For once it's allowed to stand there as the whole sentence. Through the letters you can see a bit of the garden.
+ [Go to the second window # id: second] -> second

= second
As you breathe on the second pane, writing comes up in it that's already there. It is in all sorts of hands. _Me too. Tuesday. Me too, and I was so sure I was the only one. Same (bus driver). Same (queen)._

Everybody who ever sat on this bucket has felt something of the kind. Not the very same thing; but the same kind of weather.
+ [Add your own 'me too' # id: me_too] -> third
+ [Only read it for a while # id: read] -> third

= third
The third window is empty. A card is propped against it: _How would you say it to a friend? Now put a hand somewhere kind, and say that._

You try a hand on your chest, then on your upper arm, then on your cheek, until there's a place that doesn't mind. What do you write?
+ ['Slowly. There's no rush' # id: slowly]
  ~ words = 1
  -> written
+ ['No wonder you're tired' # id: wonder]
  ~ words = 2
  -> written
+ ['I'm here. I'll stay with you' # id: here]
  ~ words = 3
  -> written
+ [Nothing kind will come, so just the hand # id: hand]
  ~ words = 0
  -> written

= written
{words > 0: You write it, and read it once under your breath, in the voice that you'd use for someone else. It feels a bit false, perhaps, like a new shoe. It's also yours.}
{words == 0: So you leave the pane clear, and only let the hand stay where it is. It's warm. The garden goes on growing on the other side. A hand is also a sentence.}
Three windows, then: this is hard; others know it; may I be kind. The mist is already closing over them, but you needn't see them in order to know where they are. # practised: self_compassion_break
+ [Go to the heap with your stone # id: heap # to: compost] -> compost
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

=== compost ===
# scene: compost
# approach: act
# intensity: 2
# readiness: any
# location: garden
# skill: willingness
# topics: letting_go
# characters: Odile
The heap is as tall as you are and steams in the cool. A fork stands in it. On a plank is painted: OUGHTS, MUSTS AND SHOULD-HAVES. ALL WELCOME. TURN WEEKLY.

Odile comes up next to you. 'People suppose that they have to fling it in,' she says. 'They come running from the gate with their arms back. But I've noticed that it's mostly the _pushing_ that wears them out. A stone's a stone. It's the stone and the holding it away from you all day that does the shoulder in.'

She isn't asking you for anything. The heap ticks gently, as warm things do.
+ [Put the stone down here # id: down]
  ~ put_down = 1
  -> laid
+ [Keep it, but carry it in your open hand # id: open]
  ~ put_down = 2
  -> opened
+ [Put it back in the pocket. I'm not done with it # id: pocket]
  ~ put_down = 0
  -> pocketed

= laid
You set it down on the warm straw. It's not a ceremony. Odile writes a slate for it, without asking you to spell anything: _One stone. Theirs. To be called for, or not._

You wait to feel lighter. Mostly you feel a bit lopsided, like a boat when somebody has got off. Your hand goes to the pocket twice more before you've reached the gate.
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

= opened
You turn your hand over and let the stone lie on it. You don't grip it and you don't hold it off. It weighs what it weighs. It weighs only that. # practised: willingness

'There,' says Odile. 'Now you've a hand that can feel the rain.' One does notice: there's room on a palm for more than a stone.
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

= pocketed
'Quite right,' says Odile. 'You'll know. I had something in my own pocket for thirty years; it turned out to be a walnut.' She pats the heap as one pats a cow.
+ [Go out by the back gate # id: gate # to: lantern_lane] -> lantern_lane

=== lantern_lane ===
# scene: lantern_lane
# approach: mindfulness
# intensity: 1
# readiness: any
# location: path
Evening has come down while you weren't attending. The lane is lit by glow-worms, who take it in turns. As you come near, one lights up with an air of having been on the point of doing so anyway.

{put_down == 2: The stone lies in your open palm. A moth settles on it, finds it neither good nor bad, and flies off.}
There's the smell of toast again, closer now. The lane goes on, gently downhill, to a lit window. To one side a second path goes in under the firs, and there the glow-worms stop. _Also gets you there_, says the slate. _Dark. Take your time, or take the other one._
+ [Stay with the glow-worms # id: lights # to: inn_door] -> inn_door
+ [Go in beneath the firs # id: firs # to: well] -> well

=== well ===
# scene: well
# approach: mindfulness
# intensity: 4
# readiness: settled
# location: forest
# skill: loving_kindness
# warnings: darkness, loneliness
# topics: loneliness
Ten steps in, it's dark; not dramatically so, just the sort that's there when nobody has put a light in it. A fir cone drops from branch to branch, and your heart makes a remark. You let it, and walk on at the speed of your feet: path, path, root, path. By and by the dark turns out to be several darks. Trunk, gap, sky.

In the midst of them is an old well, with a grating over it as solid as a table. Warm air comes up through the bars. A slate on the rim says: _What people only say when nobody is there._

You lean your elbows on it. From a long way down come voices, not one of them above a whisper. _Everyone else has somebody to ring. I laughed along. I don't think they'd notice for a week. It's only me._

You know that last one. You might have left it here yourself.
+ [Whisper down: 'It's only me' # id: me] -> answer
+ [Wish the voices something kind # id: wish] -> wish
+ [That's near enough. Go on to the lit window # id: inn # to: inn_door] -> inn_door

= answer
You whisper it. You hear it fall. For a moment there is nothing at all, and the moment is rather long.

And then it comes back, but not as an echo. _Only me_, in a child's voice. _Only me_, in an old one. _Only me_, in an accent that you've never heard. Twenty; a hundred. Each of them says it alone, and they're all in the same well.
+ [Wish them something kind # id: wish] -> wish
+ [Listen a little longer, then go on # id: listen] -> listen_on

= wish
You don't know what they need. You send down what one can send to anybody. _May you be warm. May somebody ask you how it was, and wait for the answer. May you be at ease with yourself this evening._

The whispering stops, as a room stops when someone comes in with a tray.
+ [Include your own voice among them # id: include] -> include

= include
_And may I._ You're one of the voices in this well, so it would be odd to leave you out. _May I be warm. May somebody ask me; and may I let them. May I be at ease._ # practised: loving_kindness

It is still dark, and you're still by yourself on a path. But you're by yourself in the way that one star is: with a good many others, at a distance, doing the same.
+ [Go on to the lit window # id: inn # to: inn_door] -> inn_door

= listen_on
You listen until you can tell some of them apart. One of them, you notice, hums. If you knew them you would like them; that much you can say of nearly all.

The grating has left a pattern on your sleeves. You stand up, and your knees let you know that you have knees.
+ [Go on to the lit window # id: inn # to: inn_door] -> inn_door

=== inn_door ===
# scene: inn_door
# approach: act
# intensity: 1
# readiness: any
# location: inn
# characters: Barnaby
The window belongs to an inn. It leans a little, as if it were listening. The sign shows a moon with its boots off, and the name: THE LATE ENOUGH. There is a door, but no handle. There's a bell-pull, a mat, and a flap at the height of a badger's face, which now opens.

{umbrella == 1: In the stand next to the door is a man's black umbrella with a bent rib, still swinging slightly. Someone's out for her walk, and has called in.}
'Evening,' says the badger's face. 'Barnaby Thole, landlord. We're open to the tired. I do have to ask. How are you?'
+ ['I'm fine, thank you' # id: fine] -> fine
+ ['Tired' # id: tired] -> tired
+ ['I don't really know how I am' # id: unknown] -> unknown

= fine
'Ah,' says the badger, with great courtesy. Nothing happens. The door does not open. Behind him one can hear spoons.

'It's only the lock,' he says after a while. 'It doesn't mind _what_ you tell it, but it is a stickler. People quite often have a second go.'
+ ['Rather tired, if I'm honest' # id: tired] -> tired
+ ['Fine, and also not. Both' # id: both] -> unknown

= tired
There's a click somewhere inside the wood, of the sort a shoulder makes when it comes down. The door swings open. 'There,' says Barnaby. 'Most people only have to say it the once. It's the walk up to it that's long.'
+ [Wipe your feet and go in # id: in # to: kitchen] -> kitchen

= unknown
The lock thinks about it. Then it clicks, and the door swings open. 'Oh, it likes that,' says Barnaby. 'It gets a good many certainties, in the course of an evening. It has a soft spot for people who've gone and looked.'
+ [Wipe your feet and go in # id: in # to: kitchen] -> kitchen

=== kitchen ===
# scene: kitchen
# approach: mindfulness
# intensity: 1
# readiness: any
# location: inn
# characters: Barnaby, Tansy
The toast is real. There is soup as well, and a long table with a burn in it the shape of Ireland. Barnaby moves about in an apron with a rolling, sideways care, like a wardrobe being taken downstairs, and writes you into a big book.
{
- put_down == 1: '"Carrying: nothing at present, and not used to it",' he reads out as he writes. 'It takes people so. You'll pat that pocket for a while.'
- load == 1: '"Carrying: one thing, said or otherwise",' he reads out as he writes. 'We have several in tonight. You'll be able to compare.'
- load == 2: '"Carrying: something that's not here yet",' he reads out as he writes. 'I'll put it down for a late arrival.'
- load == 3: '"Carrying: a long one",' he reads out as he writes. He looks at you over the pen. 'Extra butter.'
- else: '"Carrying: not stated",' he reads out as he writes. 'Nobody's business. There's a peg for it.'
}
{hare == 1: On the settle by the stove, with a cup beside her, lies a hare with her legs out straight. She's on her second tea, and the legs have evidently been told.}
{hare == 0: A hare comes in at one window with a satchel, shouts 'Can't stop!', and goes out at the other. A spoon is left spinning on the table.}
You eat. The first spoonful you actually taste: carrot, thyme, a bit too much pepper. Then Barnaby sits down opposite, and at once his chin sinks towards the butter. He jerks it up. 'I beg your pardon. Forty years I've opened that door to tired people. I've never liked to say it to the lock myself.' He rubs his stripe. 'One night off the desk. It's not much of a wish. But someone has to be here.'
+ [Ask for a bed beneath the roof # id: attic # to: attic_room] -> attic_room
+ [Go through to the others at the hearth # id: hearth # to: hearth] -> hearth
+ [Offer to sit at the desk for a few hours # id: desk # to: night_desk] -> night_desk

=== attic_room ===
# scene: attic_room
# approach: mindfulness
# intensity: 1
# readiness: any
# location: inn
# skill: breathing_478
The room is just the width of its bed. A chimney goes up through it, warm as a flank. Someone has turned back the blanket, and put a card on the pillow in round handwriting.
{words:
- 1: _Slowly_, it says. _There's no rush._ You know where you've read that.
- 2: _No wonder you're tired_, it says. You know where you've read that.
- 3: _I'm here_, it says. _I'll stay with you._ You know where you've read that.
- else: It says: _Nothing more is wanted today._
}
{put_down == 0: You put your stone on the windowsill, where it looks like a stone on a windowsill.}
{put_down == 2: You open your hand above the windowsill and let the stone roll off it. Your palm keeps the feeling for a while.}
The roof ticks. {mere: You remember the heron, and how he counted.|There's a sampler on the wall, in cross-stitch: IN 4. HOLD 7. OUT 8. FEWER IF YOU LIKE. FOUR TIMES, THEN LEAVE IT.}
+ [Lie down and breathe to that count # id: count] -> count
+ [Use shorter counts, and no holding # id: short] -> short
+ [Just lie there and listen to the roof # id: roof] -> roof

= count
In, for four: the blanket rises. Held for seven, loosely, while the chimney hums. Out for eight, the blanket going down like a tide that's got nowhere to be.

Again. Your thoughts go on walking about downstairs for a while; you hear them, and needn't go and see.
+ [A third, and a fourth # id: more] -> more
+ [Leave it there # id: leave] -> roof

= short
In, for three: the blanket rises. Out for five, and it sinks. Nothing in between but a little turn at the top, like a swing's.

Again. Your thoughts go on walking about downstairs for a while; you hear them, and needn't go and see.
+ [A third, and a fourth # id: more] -> more
+ [Leave it there # id: leave] -> roof

= more
A third. The out-breath has grown a long tail of its own. And a fourth; and after that nobody has to count anything. # practised: breathing_478

Perhaps you're sleepy, and perhaps you're only lying down. The bed has no opinion. It's called a rest in either case.
+ [Let the night be the night # id: sleep] -> sleep
+ [Listen for the morning # id: morning # to: morning] -> morning

= roof
You listen. A little wind; a slate that's loose; somebody on the stairs being considerate in socks. You don't have to do anything about any of it.
+ [Let the night be the night # id: sleep] -> sleep
+ [Listen for the morning # id: morning # to: morning] -> morning

= sleep
So you let it. The glow-worms are going off shift down the lane, one by one. {hare == 1: On the settle, a hare has been sitting for the length of three cups of tea.}{button == 2: In the oak, a jackdaw wakes, brings something out from under his wing to make sure, and goes back to sleep.}

{planted == 2: In the walled garden something is pushing at the soil that Odile Marrow has never seen before.}{planted == 1: In the walled garden a label stands quite straight above nothing at all, yet, and isn't worried.}

Whatever was hard this morning will in part be hard tomorrow. It's not tomorrow. The pillow is cool on the one side, and when you want it there's the other.
# ending: late_enough
-> END

=== hearth ===
# scene: hearth
# approach: mindfulness
# intensity: 2
# readiness: any
# location: inn
# skill: self_compassion_break
# characters: Sorrel, Ledger
Around the hearth sit seven or eight who were out in the forest today. Nobody makes a point of your coming in; somebody simply moves along. There is a woman darning, a boy with a cello case, a man in one glove. {umbrella == 1: A vixen nods to you over the handle of an umbrella.}{button == 2: On the mantelpiece a jackdaw is showing a button to a clock.}

They have a custom here. Each may say one sentence about their day, and nobody is to answer it except with 'Ah'. 'It took us years to get that far,' says the woman with the darning. 'We used to give advice.'

'I lost my temper with a tent,' says the boy. 'Ah,' they all say. The fire settles. It's your turn, if you want it.
+ [Say something true and small # id: say] -> say
+ [Only say 'Ah' to the others # id: ah] -> ah
+ [Thank them and go up to bed # id: bed # to: attic_room] -> attic_room

= say
You say it. {load == 1:It's about a thing that was said.}{load == 2:It's about a thing that isn't here yet.}{load == 3:It's about how long it was.}{load == 0:It's not very clear, and you say that too.} It comes out plainer than you'd practised. _That was hard_, is about what it amounts to.

'Ah,' they say. It goes around the fire from one to the next. The man in one glove says it last, looking at his hand. It isn't politeness. They're recognising something.
+ [Say the rest to yourself, kindly # id: kind] -> kind
+ [Let it be, and look into the fire # id: fire] -> fire

= kind
There's one more piece, and it isn't for saying out loud. You lean back. A hand has found its own way to your chest, or to your sleeve.
{words:
- 1: _Slowly_, you tell yourself. _There's no rush._ It sounds less new than it did in the glasshouse.
- 2: _No wonder you're tired_, you tell yourself. It sounds less new than it did in the glasshouse.
- 3: _I'm here_, you tell yourself. It sounds less new than it did in the glasshouse.
- else: _Ah_, you say to yourself, just as they said it. It turns out that one can.
}
This was hard; others know it; may I be kind. By now it takes no longer than leaning back. # practised: self_compassion_break
+ [Stay by the fire # id: stay] -> fire

= ah
'I got as far as the envelope,' says the man in one glove. 'Ah,' you say, with the rest. A surprising amount goes into it. It might be the very sentence you'd have wanted.
+ [Stay by the fire # id: stay] -> fire

= fire
Later somebody makes cocoa. {hare == 1: Tansy comes in on her toes and _sits_, and nobody dares to mention it.} The boy takes the cello out, and plays something with a lot of gaps in it. In one of them you hear the wood pigeon outside, practising in its sleep.
+ [Fall asleep in the chair # id: doze] -> doze
+ [Sit up until the morning # id: morning # to: morning] -> morning

= doze
Someone has put a blanket over you. You can tell without opening your eyes that it was done by a person who wanted not to wake you. {put_down == 0: The stone presses a little against your hip. It's warm from the fire, like everybody's.}{put_down == 1: You pat the pocket. Nothing; and that is all right, too.}

You'd come for a bed, and got this. Nobody here knows how it goes on either. They breathe, all eight of them, not quite in time.
# ending: among_the_others
-> END

=== night_desk ===
# scene: night_desk
# approach: act
# intensity: 2
# readiness: any
# location: inn
# skill: mindful_noticing
# topics: rest, worry
# characters: Barnaby
'I couldn't possibly,' says Barnaby, taking off his apron. He shows you: the bell, the book, the key with the duck on it. 'If it rings, you ask how they are. The lock does the rest. Mostly it doesn't ring. And if you want your bed you go to it, and put out the card.' The card says: BACK AT SOME POINT.

He stands in front of his own door then, quite a long time, with his nose nearly touching it. 'Tired,' he tells the lock in a small voice. It clicks before he's finished.

You have the lamp, and the night, and a wicker chair. You consider what kind of host you'd like to be for the next hour, and to whom.
+ [Be a host to whatever comes into your mind # id: host] -> host
+ [Put out the card, and go up to bed after all # id: bed # to: attic_room] -> attic_room

= host
The inn has few guests at this hour, but your mind has plenty. First one in is a worry, with its coat dripping. You don't throw it out, and you don't offer it the good room. _Evening_, you think. _How are you?_

After that come a memory and an itch. You write each of them in the book: _Worrying. Remembering. Itch._ They seem to like being put down correctly.
{load > 0: {load == 1:Then there's the old one with the thing that was said.}{load == 2:Then there's the one who's always early.}{load == 3:Then there's the long one, who has to stoop.} You know it by its step. It needn't be a friend of yours to be given a chair.}
+ [Keep the door a while longer # id: keep] -> keep
+ [Be a host to yourself as well: tea # id: tea] -> keep

= keep
In between there are stretches when no one comes at all: lamp, wicker, the clock having a think between one tick and the next. You notice those as well. _Nothing_, you write, with the time. It looks well in the book. # practised: mindful_noticing

Towards four the real bell rings. It is a tired man with a trombone. You ask him how he is. 'Oh, fine,' he says; and you find that you know just how to say 'Ah', and how long to wait.
+ [Wait with him until the lock clicks # id: wait] -> wait

= wait
It clicks. He gets the room with the sloping floor.

At seven Barnaby comes down. He looks ten years younger and has a crease across his stripe. He looks at the book, at _Itch_, at _Nothing, 3.40_. 'It was all still here,' he says. 'I went to sleep, and it was all still here.' He has to polish a glass for a while.
+ [Let him make you breakfast, and stay on # id: stay] -> stay_on
+ [Say goodbye and go out into the morning # id: morning # to: morning] -> morning

= stay_on
You have eggs. {button == 1: You lay the brass button in the dish by the bell, where the guests will see it. It looks like a small sun that's off duty.} He turns the sign around and has to wipe the back of it, since it's never been seen. LANDLORD RESTING, it says. He had it painted forty years ago.

'You'll be wanting to get on,' he says. You probably will. You butter another piece of toast.
# ending: landlord_resting
-> END

=== morning ===
# scene: morning
# approach: act
# intensity: 1
# readiness: any
# location: inn
# characters: Odile
The morning is grey and mild and doesn't insist on anything. From the step of the inn you can see how the path comes out of the trees, goes past, and over a rise to wherever you live.
{planted:
- 1: Odile Marrow is there with her barrow. 'Your Slow-growing,' she says, 'has done nothing whatever. I'm very pleased with it.'
- 2: Odile Marrow is there, out of breath, without her hat. 'It came up,' she says. 'It's _striped_. I've no idea, none, I have been up since five.' She takes you by both hands.
- else: {garden: Odile Marrow is there with her barrow. 'I've given that seed to a snail to carry,' she says. 'I find I don't know where it's going. It's rather thrilling.'|An old woman in a man's hat is there, with a barrow. 'Odile Marrow,' she says. 'I do the garden, and the labels. You'll have sat on my chair.'}
}
{put_down == 1: In the barrow, on clean straw, with its slate, lies your stone. 'To be called for, or not,' says Odile. 'I only bring it past. Either way's usual.'}
{put_down != 1: You've got your stone. 'You may leave it here,' says Odile, 'and come for it whenever you like. Or take it along. Either way's usual.'}
You take it up and look at it by daylight. It's a stone. {load == 0:By this light, you can nearly make out a letter.}{load > 0:The scratched word is still there. There's also a vein of something pale, that runs right around.} What matters to you, where you're going? What would you like to have your hands free for?
+ [Take it along. It's part of what I care about # id: take] -> with_it
+ [Leave it in the barrow for now # id: leave] -> without_it

= with_it
You put it in your pocket: on the other side this time, to see how that walks. {button == 1: The brass button has to move over.} It weighs what it weighs. 'One's never sore about a thing one doesn't care for,' says Odile, and adds that she'll have to see how that one looks on a slate.
{button == 2: High up in an oak something flashes, twice, like somebody waving.}

The path goes over the rise. You've a slight lean still. But you know now that it's there, and at some door or other you may say that you're tired.
# ending: over_the_rise_with_it
-> END

= without_it
You lay it in the straw. It'll be kept dry. Your hand goes to your pocket, and finds it {button == 1:has a brass button in it|empty}, and stays there for a moment anyway, as one looks in on a room.
{umbrella == 1: On the rise you meet a vixen coming the other way, the ferrule ticking. She doesn't stop. She only lifts the umbrella an inch, as a gentleman used to.}

There will be other stones. There's also a chair with three legs and a root; and there's the knack of sitting on it, which you can do anywhere.
# ending: over_the_rise_without_it
-> END

=== calm_place ===
# scene: calm_place
# approach: mindfulness
# intensity: 1
# readiness: any
# location: bench
# skill: mindful_noticing
Beneath an old lime tree there's a bench, a little off the path. It's in nobody's way. The tree hums with bees high up, so that it sounds as if someone in the next room were pleased about something.

Nothing is asked of you here. You can look at the light on the ground, which moves when the leaves do. You can feel the bench: it has taken a great many people's weight, and now yours. Paths lead on from here whenever you'd like one. They aren't offended if you have walked them before.
+ [Look around, one thing at a time # id: look] -> look
+ [Stroll over to the moss # id: moss # to: mossy_bank] -> mossy_bank
+ [Stroll on to the lane with the glow-worms # id: lane # to: lantern_lane] -> lantern_lane
+ [Stay on the bench # id: stay] -> stay

= look
One thing, then: a leaf, heart-shaped, with an edge like a very small saw. Then another thing, the sound of the bees; and when you've listened for a bit it is many sounds. Then the air, where it touches your face.

You don't have to keep any of it. It's there, and then the next thing is. # practised: mindful_noticing
+ [Stroll over to the moss # id: moss # to: mossy_bank] -> mossy_bank
+ [Stroll on to the lane with the glow-worms # id: lane # to: lantern_lane] -> lantern_lane
+ [Stay on the bench # id: stay] -> stay

= stay
You stay. The afternoon goes around you as a stream goes around a stone. A snail has got as far as the foot of the bench; it must have set out very early.

On the back of the bench somebody has carved, in round, careful letters: _You may stop here. It counts._ So you do.
# ending: under_the_lime
-> END
