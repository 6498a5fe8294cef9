#!lua
-- Move the position up to which a view has followed an application, with what the view makes of it: all or nothing.
--
-- KEYS   the tracking hash, its channel, then one key per effect.
-- ARGV   new position, a token of this very call, position to move from or '' for any lower one,
--        then per effect: number of further words, command, the words behind its key.
-- Reply  {'OK'}, {'AGAIN'} when this very call was made before, or {'DEALT', position} when the position does
--        not grow, or is not the one to move from.
--
-- The effects run first: one that fails leaves the position where it was.
local tracked, channel, position, token, from = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local stands = redis.call('HGET', tracked, 'mark') or '0'
if stands == position and redis.call('HGET', tracked, 'by') == token then
  -- Copies are counted from a connection's last write, so what is recognised writes too.
  redis.call('HSET', tracked, 'by', token)
  return {'AGAIN'}
end
if from ~= '' and tonumber(from) ~= tonumber(stands) then return {'DEALT', stands} end
if tonumber(position) <= tonumber(stands) then return {'DEALT', stands} end
local arg = 3
for n = 3, #KEYS do
  local count = tonumber(ARGV[arg + 1])
  redis.call(ARGV[arg + 2], KEYS[n], unpack(ARGV, arg + 3, arg + 2 + count))
  arg = arg + 2 + count
end
redis.call('HSET', tracked, 'mark', position, 'by', token)
-- A hint: where the server forbids publishing, those who wait poll.
redis.pcall('SPUBLISH', channel, position)
return {'OK'}
