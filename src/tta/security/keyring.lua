#!lua
-- Give a player's wrapped data keys; make the first where there is none. A tombstone refuses for ever.
-- KEYS: the player's entry. ARGV: a new wrapped key to use where there is none, or '' to only look.
-- Reply: {'DESTROYED'} or {'OK', generation, wrapped, generation, wrapped, …}.
-- Who asks for a key to seal with writes one even where there is one: waiting for copies proves something
-- only behind a write of the same connection.
if redis.call('HEXISTS', KEYS[1], 'destroyed') == 1 then return {'DESTROYED'} end
local held = redis.call('HGETALL', KEYS[1])
if ARGV[1] ~= '' then
  if #held == 0 then held = {'1', ARGV[1]} end
  redis.call('HSET', KEYS[1], held[1], held[2])
end
return {'OK', unpack(held)}
