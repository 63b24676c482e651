using ServerlessInference.Registration;

namespace ServerlessInference.Models;

/// <summary>Says where a model is: a URI that lies outside of the application and may change while it runs.</summary>
/// <remarks>
/// <para>Thread-safe. What it reads is kept for a lifetime (<see cref="ModelPointerBuilder.Lifetime"/>), so it need not keep anything
/// itself.</para>
/// </remarks>
public interface IModelPointer
{
    /// <summary>Gets what this pointer is, for logs and errors: a scheme and a place, such as <c>ssm:/models/yolo</c>. It holds no secret.</summary>
    string Description { get; }

    /// <summary>Reads where the model is.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The text; white space around it does not count.</returns>
    /// <exception cref="ModelLoadException">It cannot be read; the message says what to do.</exception>
    ValueTask<string> ReadAsync(CancellationToken cancellationToken = default);
}
