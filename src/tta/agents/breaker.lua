#!lua
-- A circuit breaker that processes share.
--
-- KEYS   the breaker: a hash of `failures`, `opened` and `probe` (server time, ms).
-- ARGV   what: 'look', 'enter', 'worked', 'failed' or 'left'; failures that open it; ms that it stays open;
--        ms that a probe may take; '1' where the call that ends is the probe.
-- Reply  {state, ms until it may be tried}: CLOSED, OPEN, or PROBE for the one call that may find out.
local breaker, what = KEYS[1], ARGV[1]
local threshold, open_ms, probe_ms, was_probe = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local opened = tonumber(redis.call('HGET', breaker, 'opened') or nil)
-- Nothing of it is kept for ever: failures a day apart say nothing of each other.
local KEPT_MS = 86400000
local ASK_AGAIN_MS = 500

if what == 'worked' and (was_probe or not opened) then
  redis.call('DEL', breaker)
  opened = nil
elseif what == 'failed' and opened and was_probe then
  opened = now
  redis.call('HSET', breaker, 'opened', now)
  redis.call('HDEL', breaker, 'probe')
elseif what == 'failed' and not opened then
  if redis.call('HINCRBY', breaker, 'failures', 1) >= threshold then
    opened = now
    redis.call('HSET', breaker, 'opened', now)
  end
  redis.call('PEXPIRE', breaker, KEPT_MS)
elseif what == 'left' and was_probe then
  redis.call('HDEL', breaker, 'probe')
end

if not opened then return {'CLOSED', 0} end
local rests = opened + open_ms - now
if rests > 0 then return {'OPEN', rests} end
local probe = tonumber(redis.call('HGET', breaker, 'probe') or nil)
-- Who comes while somebody finds out asks again soon: the answer may come at any moment.
if probe and probe > now then return {'OPEN', math.min(probe - now, ASK_AGAIN_MS)} end
if what == 'enter' then redis.call('HSET', breaker, 'probe', now + probe_ms) end
return {'PROBE', 0}
