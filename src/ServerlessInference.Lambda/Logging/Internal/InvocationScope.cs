namespace ServerlessInference.Lambda.Logging;

/// <summary>Holds the ID of the request that the running code belongs to, for log records.</summary>
/// <param name="concurrent">
/// Whether several invocations run at the same time. If only one runs, a field suffices; an <see cref="AsyncLocal{T}"/> would cost an
/// allocation per invocation.
/// </param>
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
