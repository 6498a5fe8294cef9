#!lua
-- Who is at work: a sorted set of names by the moment they spoke last, by the server's clock.
--
-- KEYS   the set.
-- ARGV   a name that speaks now, or '' to look only; ms after which the silent are left out; '1' to leave instead.
-- Reply  the names that spoke within that time.
local members, name, lasts_ms = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', members, '-inf', string.format('(%.0f', now - lasts_ms))
-- Who spoke while this clock was ahead would count as living until it gets there: the living speak again soon.
redis.call('ZREMRANGEBYSCORE', members, string.format('(%.0f', now + lasts_ms), '+inf')
if ARGV[3] == '1' then
  redis.call('ZREM', members, name)
elseif name ~= '' then
  redis.call('ZADD', members, string.format('%.0f', now), name)
end
return redis.call('ZRANGE', members, 0, -1)
