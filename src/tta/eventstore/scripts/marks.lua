#!lua flags=no-writes
-- Compare reactors' marks with the log of their slot.
--
-- KEYS   log, then per reactor at and fingerprints.
-- Reply  per reactor {'standing' | 'changed' | 'unknown', mark, the last putting back: 'mark before, after, ms' or ''}.
--        Unknown is a mark without a fingerprint that would be believed.
-- @places
local reply = {}
for n = 2, #KEYS, 2 do
  local mark = redis.call('HGET', KEYS[n], 'mark') or '0'
  local is_known = mark == '0' or redis.call('HEXISTS', KEYS[n + 1], 'm' .. mark) == 1
  local is_ours = stands(KEYS[n + 1], mark, function(position) return fingerprint_at(KEYS[1], position) end)
  local state = is_ours and (is_known and 'standing' or 'unknown') or 'changed'
  reply[#reply + 1] = {state, mark, redis.call('HGET', KEYS[n + 1], 'back') or ''}
end
return reply
