#!lua
-- Give a player's wrapped data keys; make the first where there is none. A tombstone refuses for ever.
-- KEYS: the player's entry. ARGV: a new wrapped key to use where absent, or '' to only look.
-- Reply: {'DESTROYED'} or {generation, wrapped, generation, wrapped, …}.
if redis.call('HEXISTS', KEYS[1], 'destroyed') == 1 then return {'DESTROYED'} end
if ARGV[1] ~= '' then redis.call('HSETNX', KEYS[1], '1', ARGV[1]) end
return redis.call('HGETALL', KEYS[1])
