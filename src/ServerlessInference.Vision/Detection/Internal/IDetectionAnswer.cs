using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection;

/// <summary>Shapes the answer for an image from the boxes that a head contains. Implementations are thread-safe.</summary>
/// <typeparam name="TAnswer">The answer.</typeparam>
internal interface IDetectionAnswer<TAnswer>
{
    /// <summary>Checks the outputs that the answer needs besides the boxes, such as the prototypes of masks.</summary>
    /// <param name="model">A model that has just been loaded.</param>
    /// <exception cref="ModelContractException">An output is missing or does not fit.</exception>
    void Prepare(LoadedModel model)
    {
    }

    /// <summary>Suppresses overlapping boxes. Rotated boxes, for example, overlap in another way than axis-aligned ones.</summary>
    /// <param name="image">The image. Its boxes are not suppressed yet.</param>
    /// <param name="suppression">The suppression of axis-aligned boxes, with its working memory.</param>
    /// <param name="settings">Thresholds and limits.</param>
    /// <returns>The indices of the kept candidates in descending order of score, valid until the next call.</returns>
    ReadOnlySpan<int> Suppress(in ImageDetections image, NonMaxSuppression suppression, in SuppressionSettings settings) =>
        suppression.Run(image.Candidates, settings);

    /// <summary>Creates the answer for an image.</summary>
    /// <param name="image">The boxes above the minimum score, and where the image is in its tensor.</param>
    /// <param name="kept">The indices of the candidates that are left after suppression, in descending order of score.</param>
    /// <returns>The answer.</returns>
    TAnswer Create(in ImageDetections image, ReadOnlySpan<int> kept);
}
