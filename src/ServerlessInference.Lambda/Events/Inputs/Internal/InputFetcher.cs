using System.Runtime.CompilerServices;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>
/// Fetches the inputs that events name. Each reader is created with the first input that needs it, since it loads large libraries.
/// </summary>
internal sealed class InputFetcher(FunctionServices services) : IInputFetcher
{
    private readonly Lock _readersLock = new();

    // Fields of type object, so that the readers' types are not loaded together with this one.
    private object? _objects;
    private object? _web;

    public ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> FetchAsync(
        InputReference reference, ReferenceOptions limits, CancellationToken cancellationToken) => reference.Item is { } item
            ? ReadObjectAsync(item, limits.MaxBytes, cancellationToken)
            : ReadUrlAsync(reference.Url!, limits, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> ReadObjectAsync(
        ObjectReference item, long maxBytes, CancellationToken cancellationToken)
    {
        S3ObjectReader reader;
        lock (_readersLock)
        {
            _objects ??= S3ObjectReader.Create(services.Provider, services.Time);
            reader = (S3ObjectReader)_objects;
        }

        return await reader.ReadAsync(item, maxBytes, cancellationToken).ConfigureAwait(false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> ReadUrlAsync(
        Uri url, ReferenceOptions limits, CancellationToken cancellationToken)
    {
        HttpsInputReader reader;
        lock (_readersLock)
        {
            _web ??= new HttpsInputReader(services.Time);
            reader = (HttpsInputReader)_web;
        }

        return (await reader.ReadAsync(url, limits, cancellationToken).ConfigureAwait(false), null);
    }
}
