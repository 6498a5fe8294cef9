# id: faulty
# version: 1
# title: Faults
# summary: What a story must not do.
# world: Nowhere
# language: en
-> start

=== start ===
# scene: start
# approach: cbt
# intensity: 1
# readiness: any
# location: here
Here.
+ [Tell without end # id: lines # to: lines] -> lines
+ [Loop without a word # id: silent # to: silent] -> silent
+ [Call oneself # id: called # to: called] -> called
+ [Tell a lot # id: long # to: long] -> long
+ [Pass through grief # id: through # to: calm_place] -> grief
+ [Rest # id: rest # to: calm_place] -> calm_place

=== lines ===
# scene: lines
# approach: cbt
# intensity: 1
# readiness: any
# location: here
- (again) And on.
-> again

=== silent ===
# scene: silent
# approach: cbt
# intensity: 1
# readiness: any
# location: here
- (again) {1 == 1: -> again}
-> END

=== called ===
# scene: called
# approach: cbt
# intensity: 1
# readiness: any
# location: here
Deep. {deeper(1)}
-> END

=== function deeper(depth)
~ return deeper(depth + 1)

=== long ===
# scene: long
# approach: cbt
# intensity: 1
# readiness: any
# location: here
~ temp left = 10
- (again) A sentence that is told more often than anybody wants to read it, and has some two hundred characters, which are not many for once, but too many where they come again and again without an end to them at all. <>
A sentence that is told more often than anybody wants to read it, and has some two hundred characters, which are not many for once, but too many where they come again and again without an end to them at all. <>
A sentence that is told more often than anybody wants to read it, and has some two hundred characters, which are not many for once, but too many where they come again and again without an end to them at all. <>
A sentence that is told more often than anybody wants to read it, and has some two hundred characters, which are not many for once, but too many where they come again and again without an end to them at all.
~ left = left - 1
{left > 0: -> again}
That was all. # ending: all
-> END

=== grief ===
# scene: grief
# approach: cbt
# intensity: 1
# readiness: any
# warnings: grief
# location: here
They had died.
-> calm_place

=== calm_place ===
# scene: calm_place
# approach: mindfulness
# intensity: 1
# readiness: any
# location: here
Rest.
+ [Grieve # id: grieve # to: grief] -> grief
+ [End # id: end]
    Well. # ending: well
    -> END
