using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.S3;
using ServerlessInference.Results;

namespace ServerlessInference.S3;

/// <summary>Writes each result as a JSON object to S3, or the results of a batch as lines of one object.</summary>
/// <remarks>
/// <para>The metadata entry <c>source</c> of an object identifies the input, its version and the version of the model. A redelivered event
/// is recognised by it after a conditional <c>PUT</c> (<c>If-None-Match</c>) has failed; for servers without conditional writes, a
/// <c>HEAD</c> request comes first.</para>
/// <para>Thread-safe. The AWS SDK is not loaded before the first result is written.</para>
/// </remarks>
public sealed class S3ResultSink : IBatchResultSink, IObjectResultSink
{
    /// <summary>Half of an identifier's 32 digits are enough to distinguish batches with the same first record.</summary>
    private const int OmittedBatchDigits = 16;

    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly S3ResultLayout _layout;
    private readonly S3ResultUpload _upload;

    /// <summary>Creates a sink that uses an existing client. The client is not disposed.</summary>
    /// <param name="client">The client.</param>
    /// <param name="template"><c>s3://bucket/key</c> with placeholders of <see cref="ResultTemplate"/>.</param>
    /// <param name="options">How results are written; <see langword="null"/> for the defaults. The region is the client's.</param>
    /// <exception cref="ArgumentException">
    /// The template is invalid, or gives several records the same key; or an option is out of range.
    /// </exception>
    public S3ResultSink(IAmazonS3 client, string template, S3ResultOptions? options = null)
        : this(
            new S3ClientProvider(client ?? throw new ArgumentNullException(nameof(client))),
            S3ResultLayout.Create(template, options ?? new S3ResultOptions()))
    {
    }

    internal S3ResultSink(S3ClientProvider client, S3ResultLayout layout)
    {
        _layout = layout;
        _upload = new S3ResultUpload(client, layout);
        Targets = [layout.Target];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ObjectPattern> Targets { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The object cannot be written; the message says which permission or setting is missing.</exception>
    public async ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        await WriteAsync(_layout.Locate(record, record.Id), [record], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Exception?>> WriteAsync(
        IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var errors = new Exception?[records.Count];
        var destinations = new Dictionary<ObjectReference, List<int>>();
        string batch = CreateBatchName(records);
        for (int i = 0; i < errors.Length; i++)
        {
            try
            {
                ObjectReference destination = _layout.Locate(records[i], batch);
                if (!destinations.TryGetValue(destination, out List<int>? indexes))
                {
                    destinations.Add(destination, indexes = []);
                }

                indexes.Add(i);
            }
            catch (InvalidOperationException exception)
            {
                errors[i] = exception;
            }
        }

        await Parallel.ForEachAsync(
            destinations,
            new ParallelOptions { MaxDegreeOfParallelism = _layout.Options.Parallelism },
            async (destination, _) =>
            {
                try
                {
                    await WriteAsync(
                        destination.Key, destination.Value.ConvertAll(i => records[i]), cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    destination.Value.ForEach(i => errors[i] = exception);
                }
            }).ConfigureAwait(false);
        return errors;
    }

    /// <summary>
    /// Names the records that are written together. A redelivered batch that is split differently gets another name: under the same name,
    /// either the existing lines or the new ones would be lost.
    /// </summary>
    private static string CreateBatchName(IReadOnlyList<SinkRecord> records) => records.Count switch
    {
        0 => string.Empty,
        1 => records[0].Id,
        _ => $"{records[0].Id}-{ResultIdentifier.Create([.. records.Select(record => record.Id)]):N}"[..^OmittedBatchDigits],
    };

    private async ValueTask WriteAsync(ObjectReference destination, List<SinkRecord> records, CancellationToken cancellationToken)
    {
        var content = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(content, WriterOptions);
        if (!_layout.Options.JsonLines)
        {
            // Several records may share a key, for example two versions of one object. The last one is the newest.
            SinkRecord last = records[^1];
            ResultDocument.Write(last, writer);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            await _upload.WriteAsync(destination, last, content.WrittenMemory, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (SinkRecord record in records)
        {
            ResultDocument.Write(record, writer);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            writer.Reset();
            content.Write("\n"u8);
        }

        await _upload.WriteAsync(destination, records[0], content.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }
}
