#!lua flags=no-writes
-- Say what is due in a slot by the server's own clock, so that every process means the same moment; by that of
-- whoever asks where the server's is ahead of it, because what fell due cannot be taken back.
--
-- KEYS   the slot's timers.
-- ARGV   most members to give; the member that says that the index is whole; now in µs as the asker has it.
-- Reply  {now in µs, is it whole (1 or 0), how many members, members due, earliest first}
local time = redis.call('TIME')
local now = math.min(time[1] * 1000000 + time[2], tonumber(ARGV[3]))
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[1])
local whole = redis.call('ZSCORE', KEYS[1], ARGV[2]) and 1 or 0
return {string.format('%.0f', now), whole, redis.call('ZCARD', KEYS[1]), due}
