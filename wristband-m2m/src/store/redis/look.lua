-- KEYS: token, lease, failed, renewals
-- ARGV: known record, verdict, lease, its life, interval of forced renewals, longest debt
local record = redis.call('GETRANGE', KEYS[1], 0, 66000)
if record ~= '' then
  if ARGV[2] == 'unknown' or record ~= ARGV[1] then
    return {1, record, redis.call('PTTL', KEYS[1])}
  end
  if ARGV[2] == 'force' then
    local debt = math.max(redis.call('PTTL', KEYS[4]), 0)
    if debt > ARGV[6] + ARGV[5] then
      debt = 0 -- more than can be run up: the clock was set back
    end
    local wait = debt - tonumber(ARGV[6])
    if wait > 0 then
      return {4, '', wait}
    end
    redis.call('SET', KEYS[4], '', 'PX', debt + tonumber(ARGV[5]))
  end
  if ARGV[2] ~= 'keep' then
    redis.call('DEL', KEYS[1])
  end
end
local failure = redis.call('GETRANGE', KEYS[3], 0, 66000)
if failure ~= '' then
  return {3, failure, redis.call('PTTL', KEYS[3])}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease = redis.call('GET', KEYS[2])
local since = lease and tonumber(string.sub(lease, 17))
if not since or since > now then -- no lease, or one from before the clock was set back
  redis.call('SET', KEYS[2], ARGV[3] .. string.format('%.0f', now), 'PX', ARGV[4])
elseif string.sub(lease, 1, 16) == ARGV[3] then
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
else
  return {2, '', now - since}
end
return {0, '', 0}
