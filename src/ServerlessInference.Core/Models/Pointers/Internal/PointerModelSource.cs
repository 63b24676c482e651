using System.Security.Cryptography;
using System.Text;

namespace ServerlessInference.Models.Pointers;

/// <summary>A model whose location is read from a pointer. Thread-safe.</summary>
/// <remarks>
/// The version is that of the model plus a suffix derived from the pointer's value. When the pointer changes, the version therefore changes
/// too, even if the files in both places have the same names, sizes and times.
/// </remarks>
internal sealed class PointerModelSource(CachedPointer pointer, Func<ModelPointerValue, IModelSource> resolve) : IPointedSource
{
    /// <summary>A pointer may refer to another pointer. More than this many in a row are assumed to form a circle.</summary>
    private const int MaxDepth = 4;

    private int _depth;
    private string? _lastText;
    private Target? _target;

    public string Description => pointer.Description;

    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        Target target = await ResolveAsync(allowExpired: false, cancellationToken).ConfigureAwait(false);
        return target.AddSuffix(await target.Source.GetVersionAsync(cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        Target target = await ResolveAsync(allowExpired: true, cancellationToken).ConfigureAwait(false);
        ModelArtifact artifact = await target.Source.LoadAsync(cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(artifact.Source, target.AddSuffix(artifact.Version), artifact.Files, artifact);
    }

    public async ValueTask<bool> HasMovedAsync(CancellationToken cancellationToken)
    {
        try
        {
            string text = await pointer.ReadAsync(allowExpired: false, cancellationToken).ConfigureAwait(false);
            return text != Volatile.Read(ref _lastText)
                || (Volatile.Read(ref _target)?.Source is IPointedSource next
                    && await next.HasMovedAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ModelLoadException)
        {
            // The next check reads the pointer again, and reports why it cannot be read.
            return false;
        }
    }

    private async ValueTask<Target> ResolveAsync(bool allowExpired, CancellationToken cancellationToken)
    {
        string text = await pointer.ReadAsync(allowExpired, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _lastText, text); // also a text that names no location: the same mistake must not be tried at each check
        Target? target = Volatile.Read(ref _target);
        if (target?.Text != text)
        {
            target = new Target(text, CreateSource(text));
            Volatile.Write(ref _target, target);
        }

        return target;
    }

    private IModelSource CreateSource(string text)
    {
        IModelSource source;
        try
        {
            source = resolve(new ModelPointerValue(text));
        }
        catch (ArgumentException exception)
        {
            throw new ModelLoadException(
                $"The value of the pointer {Description} is not the location of a model: {exception.Message}", exception);
        }

        if (source is PointerModelSource next)
        {
            next._depth = _depth + 1;
            if (next._depth > MaxDepth)
            {
                throw new ModelLoadException(
                    $"The pointer {Description} is the {next._depth}th in a row, so the pointers probably refer to each other in a " +
                    "circle. Set one of them to the location of the model.");
            }
        }

        return source;
    }

    private sealed record Target(string Text, IModelSource Source)
    {
        private readonly string _suffix = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)).AsSpan(0, 4));

        public string AddSuffix(string version) => $"{version}@{_suffix}";
    }
}
