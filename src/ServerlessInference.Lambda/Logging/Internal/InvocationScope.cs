namespace ServerlessInference.Lambda;

/// <summary>Knows which request the running code belongs to, for log records.</summary>
/// <param name="concurrent">Whether several invocations run at a time. One alone needs no flowing context, which would cost an allocation each.</param>
internal sealed class InvocationScope(bool concurrent)
{
    private readonly AsyncLocal<string?>? _flowing = concurrent ? new AsyncLocal<string?>() : null;
    private string? _current;

    public string? RequestId
    {
        get => _flowing is null ? Volatile.Read(ref _current) : _flowing.Value;
        set
        {
            if (_flowing is null)
            {
                Volatile.Write(ref _current, value);
            }
            else
            {
                _flowing.Value = value;
            }
        }
    }
}
