using System.Runtime.CompilerServices;
using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference.Lambda;

/// <summary>Fetches inputs that an event names. Readers come into being with the first of their kind: each loads what no other event needs.</summary>
internal sealed class InputFetcher(FunctionServices services) : IInputFetcher
{
    private readonly Lock _gate = new();

    // Of type object, so that the types behind are not loaded with this one.
    private object? _objects;
    private object? _web;

    public ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> FetchAsync(
        InputReference reference, ReferenceOptions limits, CancellationToken cancellationToken) => reference.Item is { } item
            ? ReadObjectAsync(item, limits.MaxBytes, cancellationToken)
            : ReadUrlAsync(reference.Url!, limits, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> ReadObjectAsync(ObjectReference item, long maxBytes, CancellationToken cancellationToken)
    {
        S3ObjectReader reader;
        lock (_gate)
        {
            _objects ??= S3ObjectReader.Create(services.Provider, services.Time);
            reader = (S3ObjectReader)_objects;
        }

        return await reader.ReadAsync(item, maxBytes, cancellationToken).ConfigureAwait(false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> ReadUrlAsync(Uri url, ReferenceOptions limits, CancellationToken cancellationToken)
    {
        HttpsInputReader reader;
        lock (_gate)
        {
            _web ??= new HttpsInputReader(services.Time);
            reader = (HttpsInputReader)_web;
        }

        return (await reader.ReadAsync(url, limits, cancellationToken).ConfigureAwait(false), null);
    }
}
