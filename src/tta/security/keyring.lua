#!lua
-- Return a player's wrapped data keys; make one only if requested, and only if there is none.
-- A tombstone refuses everything, for ever.
-- KEYS: the player's entry, the keyring's record (fields: id, newest, given).
-- ARGV: 'look', 'seal' or 'make'. With 'make' also: the id that the record must have ('' for any); how many
-- keys the store knows to be given; the number of the new key; the wrapped key; '1' if it counts.
-- Reply: {'DESTROYED'}; {'OK', number, wrapped, number, wrapped, …}; {'FOREIGN', the record's id};
-- {'OLDER', given}: an older copy, which lacks a given key; a new key would be lost with the copy;
-- {'NUMBER', least}: the new key needs at least this number.
-- 'seal' and 'make' write a key even if there is one: waiting for copies proves something only after a write
-- on the same connection.
local NUMBER_MAX = 4294967295 -- A sealed value names its key in four bytes.
local act = ARGV[1]
if redis.call('HEXISTS', KEYS[1], 'destroyed') == 1 then return {'DESTROYED'} end
local held = redis.call('HGETALL', KEYS[1])
if act == 'make' and #held == 0 then
  local id = redis.call('HGET', KEYS[2], 'id') or ''
  if ARGV[2] ~= '' and id ~= ARGV[2] then return {'FOREIGN', id} end
  local given = redis.call('HGET', KEYS[2], 'given') or '0'
  if tonumber(given) < tonumber(ARGV[3]) then return {'OLDER', given} end
  -- The caller's clock may be behind: a number is never below a given one, nor below this server's clock.
  local newest = tonumber(redis.call('HGET', KEYS[2], 'newest') or '0')
  local least = math.min(math.max(newest, tonumber(redis.call('TIME')[1])), NUMBER_MAX)
  if tonumber(ARGV[4]) < least then return {'NUMBER', string.format('%.0f', least)} end
  redis.call('HSET', KEYS[2], 'newest', ARGV[4])
  if ARGV[6] == '1' then redis.call('HINCRBY', KEYS[2], 'given', 1) end
  held = {ARGV[4], ARGV[5]}
end
if act ~= 'look' and #held > 0 then redis.call('HSET', KEYS[1], held[1], held[2]) end
return {'OK', unpack(held)}
